import { type Sent, sendAll } from './client.ts';
import { type Random, seeded } from './random.ts';
import { draft } from './workload.ts';

/** Requests under way at once: enough that any moment finds commits and effects under way. */
const AT_ONCE = 16;

/** Requests of a sender as they come, to the webhooks of `WEBHOOKS`. */
export class Load {
  readonly sent: Sent[] = [];
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** Sends that many more, and returns them as they were answered. */
  async send(
    urls: Readonly<Record<string, string>>,
    count: number,
    gone: () => boolean = () => false,
  ): Promise<readonly Sent[]> {
    const first = this.sent.length;
    const drafts = Array.from({ length: count }, (_, i) => draft(this.#random, first + i));
    const more: Sent[] = drafts.map((one) => ({ ...one }));
    this.sent.push(...more);
    await sendAll(urls, more, AT_ONCE, gone);
    return more;
  }
}
