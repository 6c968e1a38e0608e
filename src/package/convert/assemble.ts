import type { Diagnostic } from '../../core/diagnostic.ts';
import { compile } from '../../language/compile.ts';
import type { Conversion, ConvertedRecord, LeftOut } from './conversion.ts';
import type { Findings } from './findings.ts';

/** Characters of a file's name: what every file system takes, with an extension. */
const FILE_NAME_MAX = 100;

/** Gathers what a conversion makes: records, what was left out, and diagnostics with their texts. */
export class Assembly {
  readonly #records: ConvertedRecord[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #findings: Findings[] = [];
  readonly #checked: Diagnostic[] = [];
  readonly #texts = new Map<string, string>();
  readonly #names = new Set<string>(['package']);
  /** The next number of names that are alike. */
  readonly #counts = new Map<string, number>();

  /** A text whose diagnostics belong to the conversion. */
  watch(findings: Findings): Findings {
    this.#findings.push(findings);
    return findings;
  }

  leaveOut(record: LeftOut): void {
    this.#leftOut.push(record);
  }

  /**
   * Adds a record, in a file that is called as its uid.
   *
   * @returns the uid that it has: the one asked for, as far as file systems take it and no other has it
   */
  add(kind: ConvertedRecord['kind'], wanted: string, name: string, text: string): string {
    const uid = this.#fileName(wanted);
    this.#records.push({ kind, uid, name, file: { path: `${uid}.yaml`, text } });
    return uid;
  }

  /**
   * Compiles an automation that was made. A mistake there is one of the conversion, or follows from something
   * that was left out.
   *
   * @param filled what prompts stand for while it is checked
   */
  check(uid: string, text: string, filled: (name: string) => string): void {
    const file = `${uid}.yaml`;
    const whole = text.replace(/\{\{\{(\w+)\}\}\}/g, (_, name: string) => filled(name));
    const errors = compile(whole, file).diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return;
    this.#texts.set(file, whole);
    for (const { fix: _, ...error } of errors)
      this.#checked.push({ ...error, code: 'convert.invalid' });
  }

  /**
   * What has been made of a file.
   *
   * @param manifest the text of its `package.yaml`, where it was a package
   */
  conversion(from: Conversion['from'], manifest?: string): Conversion {
    return {
      from,
      records: this.#records,
      manifest: manifest === undefined ? undefined : { path: 'package.yaml', text: manifest },
      leftOut: this.#leftOut,
      diagnostics: this.#diagnostics(),
      sources: this.#sources(),
    };
  }

  /** Whether anything is wrong with what was read. */
  get hasErrors(): boolean {
    return this.#findings.some((findings) => findings.hasErrors);
  }

  #diagnostics(): readonly Diagnostic[] {
    return [...this.#findings.flatMap((findings) => findings.diagnostics()), ...this.#checked];
  }

  #sources(): ReadonlyMap<string, string> {
    const texts = new Map(this.#texts);
    for (const { source } of this.#findings) texts.set(source.file, source.text);
    return texts;
  }

  #fileName(uid: string): string {
    const plain =
      uid
        .replace(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[.-]+/, '')
        .slice(0, FILE_NAME_MAX) || 'record';
    let made = plain;
    let count = this.#counts.get(plain) ?? 2;
    for (; this.#names.has(made.toLowerCase()); count++) made = `${plain}-${count}`;
    this.#counts.set(plain, count);
    this.#names.add(made.toLowerCase());
    return made;
  }
}

/** A name for packages: lower-case letters, digits and hyphens. */
export function packageName(title: string): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return slug === '' ? 'package' : slug;
}
