import { jsonOf } from './json.ts';

/** A request as it came in; what a source looks at. */
export interface SourceRequest {
  readonly method: string;
  /** The raw query without its `?`; `null` where the target has none. */
  readonly query: string | null;
  /** `[name, value, name, value, …]`, in order, names as sent, repeats kept. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** The whole URL as the sender wrote it: with the public scheme, host and port. */
  readonly url: string;
  readonly clientIp: string;
  /** Whether the connection comes from a proxy that the operator trusts. */
  readonly isProxied: boolean;
}

/** Header names are few; more is an attack that Node's own limit (16 kB) bounds already. */
const FIELDS_MAX = 1000;

/** A request with what is read out of it more than once, each on first use. */
export class RequestView {
  readonly raw: SourceRequest;
  #json: { readonly value: unknown } | undefined;
  #form: readonly (readonly [string, string])[] | undefined;
  #query: readonly (readonly [string, string])[] | undefined;

  constructor(raw: SourceRequest) {
    this.raw = raw;
  }

  /** Every value of a header, in order. @param name in lower case */
  headers(name: string): string[] {
    const { headers } = this.raw;
    const found: string[] = [];
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const sent = headers[index] as string;
      if (sent.length === name.length && sent.toLowerCase() === name) {
        found.push(headers[index + 1] as string);
      }
    }
    return found;
  }

  /** Names of the headers that were sent, in lower case. */
  headerNames(): string[] {
    return this.raw.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  }

  /** The body as JSON; `undefined` where it is none. */
  get json(): unknown {
    this.#json ??= { value: jsonOf(this.raw.body) };
    return this.#json.value;
  }

  /** Whether the body is declared as a form. */
  get isForm(): boolean {
    const [type = ''] = this.headers('content-type');
    const [essence = ''] = type.split(';');
    return essence.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  }

  /** Fields of an urlencoded body; none of another body. */
  get form(): readonly (readonly [string, string])[] {
    this.#form ??= this.isForm ? fieldsOf(Buffer.from(this.raw.body).toString('utf8')) : [];
    return this.#form;
  }

  get query(): readonly (readonly [string, string])[] {
    this.#query ??= fieldsOf(this.raw.query ?? '');
    return this.#query;
  }
}

function fieldsOf(text: string): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(text)].slice(0, FIELDS_MAX);
}
