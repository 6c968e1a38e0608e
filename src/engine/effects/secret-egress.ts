import type { EffectResult, HttpArgs } from '../../core/effect.ts';
import { handleOf, missingSecret, replaceHandles, secretRefusal } from '../../core/secret-use.ts';
import type { SecretSource } from '../secret-source.ts';
import type { EffectContext } from './performer.ts';
import { inUrl, SecretMask } from './secret-mask.ts';

type Refusal = EffectResult & { readonly ok: false };

/** A request with the values of its secrets in it. */
export interface Revealed {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array | undefined;
  /** Names of the headers that hold secrets. */
  readonly secretHeaders: readonly string[];
  /** Takes them out of what comes back; absent where the automation has no secrets. */
  readonly mask?: SecretMask;
  /** Why a redirect must not be followed there, or `undefined`. */
  readonly hopRefusal: (method: string, url: URL) => string | undefined;
}

/**
 * Puts the values of secrets in the places of their handles: in the path and query of the URL, in headers
 * and in the body, each escaped as its place needs. Only where the policy lists the secret and the host is
 * one that it is bound to.
 */
export function reveal(
  args: HttpArgs,
  { run, subject }: Pick<EffectContext, 'run' | 'subject'>,
  source: SecretSource,
): Revealed | Refusal {
  const { secrets: allowed } = subject.policy;
  const seed = run.secretUse?.seed;
  if (seed === undefined) return plain(args);
  const places = new Places(seed);
  const first = new URL(args.url);
  const [, origin = '', rest = ''] = /^([^/?#]*\/\/[^/?#]*)(.*)$/s.exec(args.url) ?? [];
  if (replaceHandles(origin, seed, () => '') !== origin) {
    return refused(
      'effect.refused',
      'Expected secrets in the path or query of a URL, got one in its host',
    );
  }
  // Values are read once, so that a change in between does not mix two.
  const values = new Map(allowed.map((name) => [name, source.value(name)]));
  const read = (name: string): string => values.get(name) ?? '';
  const url = origin + places.replace('url', rest, (name) => inUrl(read(name)));
  const headers = headersOf(args).map(([name, text]): [string, string] => [
    name,
    places.replace(`header ${name}`, text, read),
  ]);
  const authorization = basicOf(args, (text) => places.replace('header authorization', text, read));
  if (authorization !== undefined) headers.push(['authorization', authorization]);
  const body = bodyOf(args, (text, escaped) =>
    places.replace('body', text, (name) => escaped(read(name))),
  );
  for (const name of places.names()) {
    if (!allowed.includes(name)) return refused('effect.refused', secretRefusal(name));
    if (values.get(name) === undefined) return refused('effect.failed', missingSecret(name));
    if (!source.mayGoTo(name, first)) return refused('effect.refused', unbound(name, first));
  }
  const broken = headers.find(([, value]) => !HEADER_VALUE.test(value));
  if (broken !== undefined) {
    const message = `Expected one line of Latin-1 characters for the header ${broken[0]} of http, got a secret with others`;
    return refused('effect.invalid', message);
  }
  const masked = allowed.flatMap((name) =>
    source.values(name).map((value) => [value, handleOf(seed, name)] as const),
  );
  // A short password hides in the whole of what it is encoded with.
  const [passwordName] = places.names('header authorization');
  const encoded = authorization?.slice('Basic '.length);
  const whole =
    encoded === undefined || passwordName === undefined
      ? []
      : [[encoded, handleOf(seed, passwordName)] as const];
  const mask = new SecretMask(masked, whole);
  return {
    url,
    headers,
    body,
    secretHeaders: places.headers(),
    mask,
    hopRefusal: (method, hop) => hopRefusal({ method, hop, first, places, mask, source }),
  };
}

/** RFC 9110, section 5.5. Beyond Latin-1 a character would lose its high byte on the wire. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Where in a request which secrets stand. */
class Places {
  readonly #seed: string;
  readonly #names = new Map<string, Set<string>>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  replace(place: string, text: string, read: (name: string) => string): string {
    return replaceHandles(text, this.#seed, (name) => {
      const names = this.#names.get(place) ?? new Set();
      this.#names.set(place, names.add(name));
      return read(name);
    });
  }

  /** Of all places, or of one. */
  names(place?: string): ReadonlySet<string> {
    if (place !== undefined) return this.#names.get(place) ?? new Set();
    return new Set([...this.#names.values()].flatMap((names) => [...names]));
  }

  headers(): string[] {
    return [...this.#names.keys()].flatMap((place) =>
      place.startsWith('header ') ? [place.slice('header '.length)] : [],
    );
  }
}

function plain(args: HttpArgs): Revealed {
  const headers = headersOf(args);
  const authorization = basicOf(args, (text) => text);
  if (authorization !== undefined) headers.push(['authorization', authorization]);
  const body = bodyOf(args, (text) => text);
  return { url: args.url, headers, body, secretHeaders: [], hopRefusal: () => undefined };
}

function headersOf({ headers }: HttpArgs): [string, string][] {
  return headers.map(([name, value]) => [name, value]);
}

/** RFC 7617. */
function basicOf({ basic }: HttpArgs, replace: (text: string) => string): string | undefined {
  if (basic === undefined) return undefined;
  const pair = `${replace(basic.user)}:${replace(basic.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

type Escape = (value: string) => string;

function bodyOf(
  { headers, body, base64 }: HttpArgs,
  replace: (text: string, escaped: Escape) => string,
): string | Uint8Array | undefined {
  if (base64 !== undefined) {
    const bytes = Buffer.from(base64, 'base64').toString('latin1');
    const asBytes: Escape = (value) => Buffer.from(value).toString('latin1');
    return Buffer.from(replace(bytes, asBytes), 'latin1');
  }
  if (body === undefined) return undefined;
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return replace(body, escapeFor(type));
}

/** How a value is written within a body of that type. */
function escapeFor(contentType: string): Escape {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/[/+]json$/.test(type)) return (value) => JSON.stringify(value).slice(1, -1);
  if (type === 'application/x-www-form-urlencoded') {
    return (value) => new URLSearchParams([['', value]]).toString().slice(1);
  }
  return (value) => value;
}

interface HopQuestion {
  readonly method: string;
  readonly hop: URL;
  readonly first: URL;
  readonly places: Places;
  readonly mask: SecretMask;
  readonly source: SecretSource;
}

/**
 * The client drops headers with secrets when the host changes or TLS ends. A body goes along with 307 and
 * 308, and a server may write what it was sent into the URL that it leads to.
 */
function hopRefusal({ method, hop, first, places, mask, source }: HopQuestion): string | undefined {
  const stays = hop.hostname === first.hostname;
  const inBody = method === 'GET' || method === 'HEAD' ? [] : [...places.names('body')];
  const inLocation = mask.finds(hop.href) ? [...places.names()] : [];
  const carried = new Set([...inBody, ...inLocation, ...(stays ? places.names() : [])]);
  for (const name of carried) {
    if (!source.mayGoTo(name, hop)) return `${unbound(name, hop)}, where a redirect leads`;
  }
  const endsTls = first.protocol === 'https:' && hop.protocol !== 'https:';
  if (endsTls && inBody.length + inLocation.length > 0) {
    return `Expected https for a request with secrets, got a redirect to ${hop.origin}`;
  }
  return undefined;
}

function unbound(name: string, { host }: URL): string {
  return `Expected a host that the secret \`${name}\` is bound to, got ${host}. If it may go there: \`hookwright secret set ${name} --host ${host}\``;
}

function refused(code: Refusal['code'], message: string): Refusal {
  return { ok: false, code, message };
}
