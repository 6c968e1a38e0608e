import { formatDiagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Profile } from './profile.ts';
import { readProfile } from './read-profile.ts';

export interface ProfileFile {
  readonly file: string;
  readonly text: string;
}

/** The profiles by name. */
export class Profiles {
  readonly #read = new Map<string, Profile>();
  /** By name: those that ship, as long as nobody has asked for them. */
  readonly #shipped: Map<string, ProfileFile>;

  /**
   * Throws `profile.invalid` with every mistake of every file; none may take the name of another.
   *
   * @param shipped called as their files, and each read when it is first asked for: YAML costs a start 25 ms a file
   */
  constructor(files: readonly ProfileFile[], shipped: readonly ProfileFile[] = []) {
    this.#shipped = new Map(shipped.map((one) => [one.file.replace(/\.ya?ml$/, ''), one]));
    const mistakes: string[] = [];
    for (const { file, text } of files) {
      const { profile, diagnostics } = readProfile(file, text);
      if (profile === undefined) {
        mistakes.push(...diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text)));
      } else if (this.#read.has(profile.name) || this.#shipped.has(profile.name)) {
        mistakes.push(`${file}: Expected a name that no other profile has, got ${profile.name}.`);
      } else this.#read.set(profile.name, profile);
    }
    if (mistakes.length > 0) throw invalid(mistakes);
  }

  get names(): readonly string[] {
    return [...this.#read.keys(), ...this.#shipped.keys()].sort();
  }

  /** `undefined` where there is none of this name (any more). */
  find(name: string): Profile | undefined {
    const shipped = this.#shipped.get(name);
    if (shipped === undefined) return this.#read.get(name);
    const { profile, diagnostics } = readProfile(shipped.file, shipped.text);
    if (profile?.name !== name) {
      throw invalid(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, shipped.text)));
    }
    this.#shipped.delete(name);
    this.#read.set(name, profile);
    return profile;
  }

  /** Throws `hook.invalid` with a suggestion. */
  get(name: string): Profile {
    const profile = this.find(name);
    if (profile !== undefined) return profile;
    throw new HookwrightError(
      'hook.invalid',
      `Expected one of the profiles ${this.names.join(', ')}; got "${name}".`,
      { next: didYouMean(name, this.names) ?? 'Put its file into the folder of profiles.' },
    );
  }
}

function invalid(mistakes: readonly string[]): HookwrightError {
  return new HookwrightError('profile.invalid', mistakes.join('\n'), {
    next: 'docs/hooks.md has every key of a profile, and its examples.',
  });
}
