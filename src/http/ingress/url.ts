import type { WebhookTarget } from './target.ts';

/**
 * The whole URL of a request.
 *
 * @param base scheme and authority, without a slash at the end
 */
export function urlAt(base: string, { token, path, query }: WebhookTarget): string {
  return `${base}/webhooks/${token}${path}${query === null ? '' : `?${query}`}`;
}
