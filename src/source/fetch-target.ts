import { label, valueAt } from './place.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { RequestView } from './request.ts';
import type { FetchTarget } from './source.ts';

/**
 * The URL that a request names, where it is one that may be fetched: `https`, the usual port, no user, and a
 * host of the list. Anything else would let the caller point the server where it likes.
 */
export function fetchUrl(
  target: FetchTarget,
  view: RequestView,
): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly refusal: Refusal } {
  const found = valueAt(target.place, view);
  if (!found.ok) return found;
  const url = URL.canParse(found.value) ? new URL(found.value) : undefined;
  const isAllowed =
    url !== undefined &&
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    endsAs(url, target.pathEnd) &&
    target.hosts.some((pattern) => matchesHost(url.hostname, pattern));
  if (isAllowed) return { ok: true, url: url.href };
  const reason = `Expected ${label(target.place)} to be an https URL at ${target.hosts.join(' or ')}, got another.`;
  return { ok: false, refusal: refusal('url.refused', reason) };
}

/** A file has no query and no fragment: with one, the same file would be fetched again under ever new names. */
function endsAs({ pathname, search, hash }: URL, pathEnd: string | undefined): boolean {
  return pathEnd === undefined || (pathname.endsWith(pathEnd) && search === '' && hash === '');
}

/** Labels by placeholder. A region has no digit in front, so that `s3` and `s3-us-west-2` are none. */
const LABELS: Readonly<Record<string, RegExp>> = {
  '*': /^[a-z0-9-]+$/,
  '{region}': /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/,
};

function matchesHost(host: string, pattern: string): boolean {
  const labels = host.split('.');
  const expected = pattern.split('.');
  return (
    labels.length === expected.length &&
    expected.every((one, index) => {
      const label = labels[index] ?? '';
      return LABELS[one]?.test(label) ?? one === label;
    })
  );
}
