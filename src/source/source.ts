/**
 * Who calls a webhook, and how that is proven: what a preset in `sources/` says, checked. Plain values, made
 * by `read/source.ts`.
 */
export interface Source {
  /** `github`; what a webhook names. */
  readonly name: string;
  readonly description: string;
  /** Where the sender documents it. */
  readonly docs?: string;
  /** What the operator has to know, such as where the secret is found. */
  readonly note?: string;
  /** Role of each secret, `secret` for most, with what it is. */
  readonly keys: Readonly<Record<string, string>>;
  /** What a request has to pass; absent only where `unsigned` says why. */
  readonly verify?: Check;
  readonly unsigned?: string;
  readonly timestamp?: Timestamp;
  /** What recognises a duplicate: the first of these that is there. */
  readonly id: readonly Identity[];
  /** Where the kind of event stands. */
  readonly event?: Place;
  readonly handshakes: readonly Handshake[];
  /** What is answered when nothing else is. */
  readonly acknowledge?: FixedAnswer;
  /** Milliseconds after which the sender gives up. */
  readonly deadlineMs?: number;
  /** What the sender's requests carry beside the proof; for requests made by hand. */
  readonly sample: Sample;
}

export interface Sample {
  readonly headers: Readonly<Record<string, string>>;
  readonly event?: string;
}

/** Values that are a request's id together. The body counts by its hash. */
export type Identity = readonly (Place | 'body')[];

/** Where a text stands in a request. */
export type Place = HeaderPlace | FieldPlace | JsonPlace;

/** A header is a list of items where `separator` is set; only items that begin with `prefix` count. */
interface Items {
  readonly separator?: string;
  readonly prefix?: string;
}

export interface HeaderPlace extends Items {
  readonly in: 'header';
  /** As the sender writes them. A `{n}` in a name stands for 1, 2, 3, … */
  readonly names: readonly string[];
}

interface FieldPlace extends Items {
  readonly in: 'query' | 'form';
  readonly name: string;
}

interface JsonPlace extends Items {
  readonly in: 'json';
  /** As written: `items[0].id`. */
  readonly path: string;
  readonly steps: readonly JsonStep[];
}

/** A key, an index, or every item of a list. */
export type JsonStep = string | number | '*each';

export interface Timestamp {
  readonly place: Place;
  readonly unit: 's' | 'ms' | 'iso';
  /** How far it may be from now, either way; absent where the sender's time proves nothing. */
  readonly toleranceMs?: number;
}

export type Check = PlainCheck | { readonly is: 'all' | 'any'; readonly of: readonly Check[] };

export type PlainCheck =
  | SignatureCheck
  | TokenCheck
  | BearerCheck
  | BasicCheck
  | DigestCheck
  | JwtCheck
  | CertificateCheck
  | IpCheck;

export type CheckKind = Check['is'];

export const ALGORITHMS = [
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
  'ed25519',
  'ecdsa-p256-sha256',
  'rsa-sha1',
  'rsa-sha256',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export const KEY_ENCODINGS = ['utf8', 'base64', 'hex', 'whsec', 'html'] as const;
/** How the text of a shared secret becomes the bytes of the key. */
export type KeyEncoding = (typeof KEY_ENCODINGS)[number];

export const OUTPUT_ENCODINGS = ['hex', 'base64', 'base64url'] as const;
export type OutputEncoding = (typeof OUTPUT_ENCODINGS)[number];

export interface SignatureCheck {
  readonly is: 'signature';
  readonly place: Place;
  readonly algorithm: Algorithm;
  readonly content: Content;
  readonly encoding: OutputEncoding;
  /** The role of the key; of no use where `certificate` is set. */
  readonly key: string;
  readonly keyEncoding: KeyEncoding;
  /** The key is in a certificate that the request names. */
  readonly certificate?: FetchTarget;
}

/** A URL in the request that is fetched: only `https`, only from these hosts. */
export interface FetchTarget {
  readonly place: Place;
  /** `*` stands for one label, `{region}` for one that names a region, such as `eu-central-1`. */
  readonly hosts: readonly string[];
  /** What the URL's path has to end with; it has no query then. */
  readonly pathEnd?: string;
}

/** What is signed: the parts after each other, as bytes. */
export interface Content {
  /** As written: `{timestamp}.{body}`. */
  readonly text: string;
  readonly parts: readonly ContentPart[];
}

export type ContentPart =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'body' | 'timestamp' | 'id' | 'method' | 'url' | 'url:decoded' | 'form:sorted' }
  | { readonly is: 'value'; readonly place: Place }
  /** Of each name that the JSON body has: the name, its value, each followed by a line feed. */
  | { readonly is: 'pairs'; readonly names: readonly string[] };

/** The request has to carry the key itself. */
export interface TokenCheck {
  readonly is: 'token';
  readonly place: Place;
  readonly key: string;
}

/** `Authorization: Bearer` and the key. */
export interface BearerCheck {
  readonly is: 'bearer';
  readonly key: string;
}

/** `Authorization: Basic`. Without `username` the key is `user:password`. */
export interface BasicCheck {
  readonly is: 'basic';
  readonly username?: string;
  readonly key: string;
}

/** The request has to carry the hash of its own body; proves nothing alone, but where a signature covers it. */
export interface DigestCheck {
  readonly is: 'digest';
  readonly place: Place;
  readonly algorithm: 'sha256' | 'sha512';
  readonly encoding: OutputEncoding;
}

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export interface JwtCheck {
  readonly is: 'jwt';
  readonly place: Place;
  /** One, so that a public key can never be taken for a shared secret (RFC 8725, section 3.1). */
  readonly algorithm: JwtAlgorithm;
  readonly key: string;
  readonly keyEncoding: KeyEncoding;
  readonly audience?: string;
  readonly issuer?: string;
  readonly leewayMs: number;
  /** Whether a token without `exp` passes. */
  readonly mayLackExpiry: boolean;
}

/** Who the client's certificate is for, as a trusted proxy says in a header. */
export interface CertificateCheck {
  readonly is: 'client_certificate';
  readonly header: string;
  readonly allow: readonly string[];
  readonly verified?: { readonly header: string; readonly value: string };
}

export interface IpCheck {
  readonly is: 'ip';
  /** CIDR. */
  readonly ranges: readonly string[];
}

/** A request that is answered at once and starts nothing. */
export interface Handshake {
  readonly name: string;
  readonly when: {
    readonly method?: string;
    readonly conditions: readonly Condition[];
  };
  /** Whether the request has to pass the source's own `verify` first. */
  readonly isSigned: boolean;
  /** What it has to pass beside. */
  readonly verify?: Check;
  readonly answer: HandshakeAnswer;
  /** What the caller has to fetch to complete it. */
  readonly fetch?: FetchTarget;
}

export interface Condition {
  readonly place: Place;
  readonly test:
    | { readonly is: 'equals' | 'contains'; readonly text: string }
    | { readonly is: 'present' | 'absent' | 'digits' };
  /** Of a form: it has no other field. */
  readonly isOnly: boolean;
}

export interface HandshakeAnswer {
  readonly status: number;
  readonly content:
    | { readonly is: 'json'; readonly fields: readonly (readonly [string, AnswerValue])[] }
    | { readonly is: 'text'; readonly value: AnswerValue }
    | { readonly is: 'nothing'; readonly type?: string };
}

export type AnswerValue =
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  | { readonly is: 'value'; readonly place: Place }
  | {
      readonly is: 'hmac';
      readonly place: Place;
      readonly algorithm: Extract<Algorithm, `hmac-${string}`>;
      readonly encoding: OutputEncoding;
      readonly prefix: string;
      readonly key: string;
      readonly keyEncoding: KeyEncoding;
    };

export interface FixedAnswer {
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
}

/** Values of each role's secret that are valid now, the current one first. */
export type Keys = Readonly<Record<string, readonly string[]>>;
