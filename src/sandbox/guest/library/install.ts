import { base64 } from './base64.ts';
import { csv } from './csv.ts';
import { dates } from './dates.ts';
import { digests } from './digests.ts';
import { hex } from './hex.ts';
import type { Host } from './host.ts';
import { get, safeEqual } from './lookup.ts';
import { html, xml } from './markup.ts';
import { randomness, uuid } from './random.ts';
import { text } from './text.ts';
import { urls } from './url.ts';
import { textCoders } from './utf8.ts';

/**
 * Defines every name of `LIBRARY` (`core/library.ts`) on `target`, the guest's global object: not
 * enumerable, as JavaScript's own globals are, and namespaces frozen.
 *
 * @param random floats in [0, 1) from the run's generator; asked only when an author's code asks, so
 *   that it may be seeded after this call
 */
export function installLibrary(
  target: Record<string, unknown>,
  host: Host,
  random: () => number,
): void {
  const namespaces: Readonly<Record<string, object>> = {
    Text: text,
    Dates: dates,
    Csv: csv,
    Base64: base64(host),
    Hex: hex(host),
    ...digests(host),
    Html: html,
    Xml: xml,
    Random: randomness(random),
  };
  for (const [name, members] of Object.entries(namespaces)) {
    define(target, name, Object.freeze(members));
  }
  const globals = {
    get,
    safeEqual: safeEqual(host),
    uuid: uuid(random),
    ...urls(host),
    ...textCoders(host),
  };
  for (const [name, value] of Object.entries(globals)) define(target, name, value);
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
