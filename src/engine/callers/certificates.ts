import type { Clock } from '../../core/clock.ts';
import type { Outbound } from '../../core/outbound.ts';

/** Amazon renews its certificates once a year, and has one for each region. */
const KEPT_MAX = 32;
/** A certificate that was withdrawn is trusted for an hour at most. */
const KEPT_MS = 3_600_000;
/** Senders wait 15 s for an answer. */
const FETCH_MS = 5_000;
/** A certificate with its chain has 2 to 8 kB. */
const BYTES_MAX = 64 * 1024;
/** Different URLs fetched at once; one more is refused. */
const FETCHES_MAX = 8;

/** Certificates that sources name by URL, fetched by the one outbound client and kept for a while. */
export class Certificates {
  readonly #outbound: Pick<Outbound, 'send'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly pem: string; readonly until: number }>();
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(outbound: Pick<Outbound, 'send'>, clock: Clock) {
    this.#outbound = outbound;
    this.#clock = clock;
  }

  /** PEM. Throws `OutboundError`, and `RangeError` where what came is no certificate. */
  async get(url: string): Promise<string> {
    const kept = this.#kept.get(url);
    if (kept !== undefined && kept.until > this.#clock()) return kept.pem;
    let fetching = this.#fetching.get(url);
    if (fetching === undefined) {
      if (this.#fetching.size >= FETCHES_MAX) {
        throw new RangeError(`Expected at most ${FETCHES_MAX} certificates to be fetched at once.`);
      }
      fetching = this.#fetch(url).finally(() => this.#fetching.delete(url));
      this.#fetching.set(url, fetching);
    }
    return fetching;
  }

  async #fetch(url: string): Promise<string> {
    const { status, body } = await this.#outbound.send({
      method: 'GET',
      url,
      headers: [],
      timeoutMs: FETCH_MS,
      responseBytesMax: BYTES_MAX,
      redirectsMax: 0, // The source names its hosts; a redirect would lead elsewhere.
    });
    const pem = new TextDecoder().decode(body);
    if (status !== 200 || !pem.includes('-----BEGIN CERTIFICATE-----')) {
      throw new RangeError(`Expected a certificate, got an answer of status ${status}.`);
    }
    this.#kept.delete(url);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(url, { pem, until: this.#clock() + KEPT_MS });
    return pem;
  }
}
