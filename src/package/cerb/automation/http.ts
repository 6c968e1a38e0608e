import { HTTP_METHODS, readUrl } from '../../../core/url-pattern.ts';
import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { call, constant, LEVEL, make } from '../twig/code.ts';
import { checkKeys } from './control.ts';
import { EFFECT_KEYS, inputsOf, outputOf, withHandlers } from './effects.ts';
import { guard, judge, prefixesOf } from './judge.ts';
import { ifStep, refuse, type Step, type Translation } from './translation.ts';
import {
  beginningOf,
  readEntries,
  readValue,
  staticText,
  toCode,
  toYaml,
  type Value,
} from './value.ts';

const INPUTS: readonly string[] = [
  'method',
  'url',
  'headers',
  'body',
  'timeout',
  'authentication',
  'response',
];
/** Seconds that Cerb waits for a reply unless it is told. */
const TIMEOUT_S = 30;
const TIMEOUT_S_MAX = 60;

/** `http.request:` */
export function httpRequest(entry: KataEntry, translation: Translation): Step[] {
  checkKeys(entry, EFFECT_KEYS, translation);
  const inputs = inputsOf(entry);
  for (const input of inputs) {
    if (INPUTS.includes(input.type)) continue;
    translation.findings.error(
      'cerb.key',
      input.span,
      `Expected an input of \`http.request:\`, got \`${input.key}:\``,
    );
  }
  const url = entryOf(inputs, 'url');
  if (url === undefined) {
    translation.findings.error('cerb.key', entry.span, 'Expected `url:` in `inputs:`, got none');
    return [];
  }
  refuseAccounts(inputs, translation);
  const address = readValue(url, translation);
  const method = methodOf(inputs, translation);
  const headers = headersOf(entryOf(inputs, 'headers'), translation);
  const { scope, statusFails } = translation;
  const output = outputOf(entry);
  const target = output === undefined ? scope.helper('reply') : scope.nameOf(output);
  const request = {
    ...(method === 'GET' ? {} : { method }),
    url: toYaml(address),
    ...(headers === undefined ? {} : { headers }),
    ...bodyOf(bodyEntry(inputs, method, translation), headers, translation),
    expect: 'any',
    timeout: `${timeoutOf(entryOf(inputs, 'timeout'), translation)}s`,
  };
  const judgement = judge(
    'http.request',
    { url: toCode(address), method: constant(method) },
    translation,
  );
  if (judgement.is !== 'denied') allow(url, address, method, translation);
  const shown = call('Cerb.httpResponse', [
    make(target, LEVEL.call, 'any'),
    toCode(address),
    ...(statusFails ? [constant(400)] : []),
  ]);
  const steps: Step[] = [
    ...guard('http.request', judgement),
    ...(judgement.is === 'denied'
      ? []
      : [{ http: request, as: target }, { set: { [target]: `\${{ ${shown.code} }}` } }]),
  ];
  const worked = make(`!${target}.error`, LEVEL.unary, 'bool');
  if (!statusFails) return withHandlers(entry, steps, translation);
  if (entryOf(entry.entries, 'on_error') === undefined && judgement.is !== 'denied') {
    const error = `\${{ ${target}.error }}`;
    steps.push(ifStep(error, [{ fail: error }]));
  }
  return withHandlers(entry, steps, translation, judgement.is === 'denied' ? undefined : worked);
}

function refuseAccounts(inputs: readonly KataEntry[], translation: Translation): void {
  const account = entryOf(inputs, 'authentication');
  if (account !== undefined) {
    refuse(
      translation,
      'cerb.record',
      account.span,
      'Expected no `authentication:`, got an account of Cerb’s',
      'Put what it adds into `headers`, from a secret.',
    );
  }
  const response = entryOf(inputs, 'response');
  if (response === undefined) return;
  translation.findings.warning(
    'cerb.changed',
    response.span,
    'Expected no `response:`, got settings',
    {
      hint: 'Replies are not kept as resources here, and are at most 1 MB.',
    },
  );
}

function methodOf(inputs: readonly KataEntry[], translation: Translation): string {
  const entry = entryOf(inputs, 'method');
  if (entry === undefined) return 'GET';
  const known = staticText(readValue(entry, translation))?.trim().toUpperCase();
  if (known !== undefined && HTTP_METHODS.includes(known)) return known;
  const shown = plainText(entry) ?? '';
  refuse(
    translation,
    'cerb.value',
    entry.span,
    `Expected one of ${HTTP_METHODS.join(', ')}, got \`${shown}\``,
  );
  return 'GET';
}

/** A map, or lines such as `Content-Type: text/plain`. */
export function headersOf(
  entry: KataEntry | undefined,
  translation: Translation,
): Readonly<Record<string, unknown>> | undefined {
  if (entry === undefined) return undefined;
  const { text } = entry;
  if (text === undefined) return readEntries(entry.entries, translation) as Record<string, unknown>;
  const headers: Record<string, unknown> = {};
  let at = 0;
  for (const line of text.value.split('\n')) {
    const start = at;
    at += line.length + 1;
    const found = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*/.exec(line);
    if (found === null) {
      if (line.trim() !== '') {
        const span = { start: text.offset(start), end: text.offset(start + line.length) };
        refuse(
          translation,
          'cerb.value',
          span,
          `Expected a header such as \`Accept: */*\`, got \`${line.trim()}\``,
        );
      }
      continue;
    }
    const value = line.slice(found[0].length);
    const from = start + found[0].length;
    const part = { value, isBlock: false, offset: (index: number) => text.offset(from + index) };
    headers[found[1] as string] = toYaml(
      readValue({ ...entry, annotations: [], text: part, entries: [] }, translation),
    );
  }
  return headers;
}

/** The content type that the headers say, as far as it is known. */
function contentType(headers: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const found = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'content-type',
  );
  return found === undefined ? 'application/x-www-form-urlencoded' : String(found[1]);
}

/** The body, where there is one that can be sent. */
function bodyEntry(
  inputs: readonly KataEntry[],
  method: string,
  translation: Translation,
): KataEntry | undefined {
  const entry = entryOf(inputs, 'body');
  if (entry === undefined || (method !== 'GET' && method !== 'HEAD')) return entry;
  translation.findings.warning(
    'cerb.changed',
    entry.span,
    `Expected no \`body:\` with ${method}, got one`,
    {
      hint: 'It is left out. Put it into the URL, or say `method: POST`, if the receiver reads it.',
    },
  );
  return undefined;
}

function bodyOf(
  entry: KataEntry | undefined,
  headers: Readonly<Record<string, unknown>> | undefined,
  translation: Translation,
): Step {
  if (entry === undefined) return {};
  const type = contentType(headers) ?? '';
  const value = readValue(entry, translation);
  if (value.is !== 'entries') {
    // Cerb says that a text is a form, unless the headers say otherwise.
    const said = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
    return said || entry.text === undefined
      ? { body: toYaml(value) }
      : { headers: { ...headers, 'content-type': type }, body: toYaml(value) };
  }
  if (/json/i.test(type)) return { json: toYaml(value) };
  if (/yaml/i.test(type)) {
    refuse(
      translation,
      'cerb.value',
      entry.span,
      'Expected a body as JSON or a form, got one as YAML',
    );
    return {};
  }
  return isFlat(value)
    ? { form: toYaml(value) }
    : {
        headers: { ...headers, 'content-type': type },
        body: `\${{ ${call('Cerb.formBody', [toCode(value)]).code} }}`,
      };
}

function isFlat(value: Value & { is: 'entries' }): boolean {
  return value.entries.every(([, item]) => item.is !== 'entries');
}

function timeoutOf(entry: KataEntry | undefined, translation: Translation): number {
  if (entry === undefined) return TIMEOUT_S;
  const seconds = Number(plainText(entry));
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= TIMEOUT_S_MAX) return seconds;
  if (seconds !== 0) {
    const message = `Expected seconds up to ${TIMEOUT_S_MAX}, got \`${plainText(entry) ?? ''}\``;
    refuse(translation, 'cerb.value', entry.span, message);
  }
  return TIMEOUT_S;
}

/** Adds what our own policy must allow: the URL as it stands, or what the rules name as its beginning. */
function allow(entry: KataEntry, address: Value, method: string, translation: Translation): void {
  const { http } = translation.needed;
  const known = staticText(address);
  if (known !== undefined) {
    const url = readUrl(known.trim());
    if (typeof url !== 'string') http.add(`${method} ${url.origin}/${url.path.join('/')}`);
    else translation.findings.error('cerb.value', entry.span, url);
    return;
  }
  const prefixes = prefixesOf('http.request', 'url', translation).flatMap(patternOf);
  for (const pattern of prefixes) http.add(`${method} ${pattern}`);
  if (prefixes.length > 0) return;
  const beginning = patternOf(beginningOf(address));
  for (const pattern of beginning) http.add(`${method} ${pattern}`);
  if (beginning.length > 0) return;
  refuse(
    translation,
    'cerb.policy',
    entry.span,
    'Expected a URL whose host stands in the file, got one that is computed',
    "Our policy names hosts: begin the URL with one, or add a rule such as `deny/url@bool: {{inputs.url is not prefixed ('https://api.example.com/')}}`.",
  );
}

/** `https://api.example.com/v1/` is `https://api.example.com/v1/**`; nothing where the host is not whole. */
function patternOf(prefix: string): readonly string[] {
  const found = /^(https?:\/\/[^/?#\s]+)(\/[^?#\s]*)?/i.exec(prefix);
  if (found === null || (found[2] === undefined && !/[?#]/.test(prefix))) return [];
  const path = (found[2] ?? '/').replace(/[^/]*$/, '');
  return [`${found[1]}${path}**`];
}
