import { jsonOf, withJsonAt } from '../json.ts';
import { valuesAt } from '../place.ts';
import { RequestView } from '../request.ts';
import type { Place } from '../source.ts';

/** A request that is not sent yet. */
export interface RequestDraft {
  readonly method: string;
  /** As the receiver will know it. */
  readonly url: string;
  /** `[name, value, name, value, …]`. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** A draft while what its sender adds is put into it. */
export class Draft {
  #request: RequestDraft;

  constructor(request: RequestDraft) {
    this.#request = request;
  }

  get request(): RequestDraft {
    return this.#request;
  }

  reset(request: RequestDraft): void {
    this.#request = request;
  }

  /** As the receiver would see it. */
  get view(): RequestView {
    const { method, url, headers, body } = this.#request;
    const query = url.indexOf('?');
    return new RequestView({
      method,
      url,
      headers,
      body,
      query: query < 0 ? null : url.slice(query + 1),
      clientIp: '127.0.0.1',
      isProxied: false,
    });
  }

  has(place: Place): boolean {
    return valuesAt(place, this.view).ok;
  }

  /** Adds a header where there is none of its name. */
  addHeader(name: string, value: string): void {
    if (this.view.headers(name.toLowerCase()).length === 0) {
      this.#request = { ...this.#request, headers: [...this.#request.headers, name, value] };
    }
  }

  setHeader(name: string, value: string): void {
    this.dropHeader(name);
    this.#request = { ...this.#request, headers: [...this.#request.headers, name, value] };
  }

  dropHeader(name: string): void {
    const { headers } = this.#request;
    const kept = headers.filter(
      (_, index) => headers[index - (index % 2)]?.toLowerCase() !== name.toLowerCase(),
    );
    this.#request = { ...this.#request, headers: kept };
  }

  /** Puts a value where a source looks for it; false where the body is not of the form that has the place. */
  put(place: Place, value: string | number): boolean {
    const text = `${place.prefix ?? ''}${value}`;
    switch (place.in) {
      case 'header': {
        const name = (place.names[0] ?? '').replace('{n}', '1');
        const [sent] = this.view.headers(name.toLowerCase());
        const isList = place.separator !== undefined && sent !== undefined;
        this.setHeader(name, isList ? `${sent}${place.separator}${text}` : text);
        return true;
      }
      case 'query': {
        const { url } = this.#request;
        const joint = url.includes('?') ? '&' : '?';
        const field = `${encodeURIComponent(place.name)}=${encodeURIComponent(text)}`;
        this.#request = { ...this.#request, url: `${url}${joint}${field}` };
        return true;
      }
      case 'form': {
        const sent = Buffer.from(this.#request.body).toString('utf8');
        const { isForm } = this.view;
        if (!isForm && !isNothing(sent)) return false;
        const fields = new URLSearchParams(isForm ? sent : '');
        fields.set(place.name, text);
        this.setHeader('Content-Type', 'application/x-www-form-urlencoded');
        this.#request = { ...this.#request, body: Buffer.from(fields.toString()) };
        return true;
      }
      case 'json': {
        const { body } = this.#request;
        const json = body.length === 0 ? {} : jsonOf(body);
        if (typeof json !== 'object' || json === null) return false;
        const set = place.prefix === undefined ? value : text;
        const changed = withJsonAt(json, place.steps, set);
        this.#request = { ...this.#request, body: Buffer.from(JSON.stringify(changed)) };
        return true;
      }
    }
  }
}

/** No body, or the empty object that the command line sends for none. */
function isNothing(body: string): boolean {
  return body === '' || body === '{}';
}
