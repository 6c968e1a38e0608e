import { FIELDS_MAX } from '../core/request/fields.ts';
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

/** Fields of a query or form in order; `undefined` where there are more than runs read (`FIELDS_MAX`). */
export type SentFields = readonly (readonly [name: string, value: string])[] | undefined;

/** A request with what is read out of it more than once, each on first use. */
export class RequestView {
  readonly raw: SourceRequest;
  #json: { readonly value: unknown } | undefined;
  #form: { readonly fields: SentFields } | undefined;
  #query: { readonly fields: SentFields } | undefined;

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
  get form(): SentFields {
    this.#form ??= {
      fields: this.isForm ? fieldsOf(Buffer.from(this.raw.body).toString('utf8')) : [],
    };
    return this.#form.fields;
  }

  get query(): SentFields {
    this.#query ??= { fields: fieldsOf(this.raw.query ?? '') };
    return this.#query.fields;
  }
}

/** All or nothing: of a part, the sender would have signed less than there is. */
function fieldsOf(text: string): SentFields {
  return hasMore(text) ? undefined : [...new URLSearchParams(text)];
}

/** Counted first: taking 5 MB apart makes millions of fields. */
function hasMore(text: string): boolean {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('&', at);
    const end = found === -1 ? text.length : found;
    if (end > at && ++count > FIELDS_MAX) return true;
    at = end + 1;
  }
  return false;
}
