import type { Clock } from '../../core/clock.ts';
import type { CapturedEvent } from '../../core/event.ts';
import type { Log } from '../../core/log.ts';
import type { Answer, RunRecord } from '../../core/run.ts';
import type { Webhook } from '../../core/webhook.ts';
import type { Automations } from '../../engine/automations.ts';
import type { DoctorSecrets } from '../../engine/callers/diagnosis.ts';
import type { Sample } from '../../engine/callers/sample-request.ts';
import type { SourceFolder } from '../../engine/callers/source-folder.ts';
import type { AttemptNotice, Feed } from '../../engine/feed.ts';
import type { Deliveries } from '../../engine/hooks/deliveries.ts';
import type { Hooks } from '../../engine/hooks/hooks.ts';
import type { Packages } from '../../engine/packages/packages.ts';
import type { DeliveryStore, MessageStore } from '../../engine/ports/hook-store.ts';
import type {
  AutomationStore,
  CallerStore,
  EventStore,
  RunStore,
  Sandbox,
} from '../../engine/ports.ts';
import type { Registry } from '../../engine/registry.ts';
import type { SecretRegistry } from '../../engine/secrets.ts';
import type { Tokens } from '../../engine/tokens.ts';

/** What the API stands on. */
export interface ApiParts {
  readonly registry: Registry;
  /** Those that are saved and deleted by hand. */
  readonly automations: Pick<Automations, 'save' | 'delete'>;
  readonly secrets: SecretRegistry & DoctorSecrets;
  readonly sources: SourceFolder;
  readonly store: Pick<EventStore, 'event' | 'events' | 'runsOf' | 'run'> &
    Pick<RunStore, 'runs' | 'journal'> &
    Pick<AutomationStore, 'revision'> &
    Pick<CallerStore, 'duplicates' | 'refusals' | 'refusal'> &
    Pick<MessageStore, 'message' | 'messages'> &
    Pick<DeliveryStore, 'delivery' | 'deliveries' | 'attempts'>;
  readonly tokens: Tokens;
  readonly hooks: Hooks;
  readonly deliveries: Deliveries;
  readonly packages: Packages;
  /** Keys of which one must have signed what is imported, in base64; `undefined` where none must. */
  readonly packageKeys?: readonly string[] | undefined;
  readonly runs: RunControl;
  /** Runs an automation with `trigger: schedule` now. Throws `automation.not_found`, `automation.trigger`. */
  readonly start: (automation: string) => Promise<CapturedEvent>;
  /** Sends a request to a webhook of this server as its sender would. Throws `server.unreachable`. */
  readonly send: (webhook: Webhook, sample: Sample) => Promise<Answer>;
  readonly feed: Feed;
  /** Whether there is a mail server for alerts, as far as is known. */
  readonly mails: boolean;
  readonly attempts: Feed<AttemptNotice>;
  /** For what is executed again to be looked at; opened when it is first asked for. */
  readonly sandbox: () => Promise<Pick<Sandbox, 'execute'>>;
  readonly clock: Clock;
  readonly log: Log;
  /** The server's own: it may do everything. */
  readonly token: string;
  readonly version: string;
  /** What stands before `/webhooks/…`; a function, because a free port is known only after listening. */
  readonly url: () => string;
  /** What callers see there, where the operator has set it; otherwise they see their `Host`. */
  readonly publicUrl?: string | undefined;
  /** Milliseconds between two signs of life on a quiet stream. */
  readonly heartbeatMs?: number;
}

/** Changes to runs by hand. Both throw `run.not_found`, and `run.state` where its state does not allow it. */
export interface RunControl {
  /** Queues another attempt of a run that failed or was cancelled. */
  retry(id: string): Promise<RunRecord>;
  /** Ends a run that is queued, waiting or under way. */
  cancel(id: string): Promise<RunRecord>;
}
