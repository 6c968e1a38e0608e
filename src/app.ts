import type { Config } from './config/config.ts';
import type { Webhook } from './core/webhook.ts';

export interface App {
  /** Where it listens, such as `http://127.0.0.1:8420`; the URL it would have when it does not listen. */
  readonly url: string;
  readonly apiToken: string;
  /** The example webhook, where this start made it because the data folder was new. */
  readonly firstWebhook?: Webhook;
  /** The API in process, no network; the bearer token is needed here too. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export declare function startApp(
  config: Config,
  options?: { readonly listen?: boolean },
): Promise<App>;
