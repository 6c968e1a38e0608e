import { isRequest } from '../../core/event.ts';
import { isTopicEvent } from '../../core/topic-event.ts';
import type { Recording } from '../../engine/recording.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import { initialState, repliesOf } from './replies.ts';
import { requestFields } from './request.ts';

/** What a case holds besides what every case needs: only where the run gives something else without it. */
export interface CaseFeatures {
  /** Replies for `state` too, instead of the state before the run. */
  readonly replies: boolean;
  /** The ids that the run saw, from which its random values follow, and those of its messages. */
  readonly ids: boolean;
  /** When results of effects arrived. */
  readonly times: boolean;
  /** The webhook's URL, which holds its token. */
  readonly url: boolean;
}

/** From what a person would write to what there is; the first that gives the same run is the best. */
export const FEATURES: readonly CaseFeatures[] = [
  { replies: false, ids: false, times: false, url: false },
  { replies: true, ids: false, times: false, url: false },
  { replies: false, ids: true, times: false, url: false },
  { replies: true, ids: true, times: false, url: false },
  { replies: true, ids: false, times: true, url: false },
  { replies: true, ids: true, times: true, url: false },
  { replies: true, ids: true, times: true, url: true },
];

/** A recorded run as a case of a test file, without what is expected of it. */
export function caseOf(
  recording: Recording,
  { program, policy }: CompiledAutomation,
  name: string,
  features: CaseFeatures,
): Record<string, unknown> {
  const { event, journal, run, webhook, url } = recording;
  const inputs = JSON.parse(recording.inputs) as Readonly<Record<string, unknown>>;
  const state = features.replies ? {} : initialState(journal);
  const effects = repliesOf(journal, policy, features);
  const secrets = madeUpSecrets(recording);
  const started = {
    ...(features.ids ? { id: event.id } : {}),
    ...(isRequest(event) ? mappedOf(event) : startOf(event)),
  };
  const base = url.slice(0, url.length - event.path.length - queryText(event.query).length);
  const own = {
    ...(features.ids ? { id: webhook.id, name: webhook.name } : {}),
    ...(features.url ? { url: base } : {}),
    ...(webhook.account === null ? {} : { account: webhook.account }),
  };
  return {
    name,
    now: new Date(event.receivedAt).toISOString(),
    ...(features.ids ? { run: run.seed } : {}),
    ...(Object.keys(own).length === 0 ? {} : { webhook: own }),
    ...(Object.keys(started).length === 0 ? {} : { event: started }),
    ...(isRequest(event) ? { request: requestFields(event, program.reach) } : {}),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(Object.keys(state).length === 0 ? {} : { state }),
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    ...(effects.length === 0 ? {} : { effects }),
  };
}

/** What the webhook's map took from the request. */
function mappedOf({ data }: Recording['event']): Record<string, unknown> {
  return data === null ? {} : { data: JSON.parse(data) as unknown };
}

/** Values in the place of those that the run had: no recording holds them, and a test must not. */
function madeUpSecrets({ secretUse }: Recording): Record<string, string> {
  const used = Object.entries(secretUse?.names ?? {}).filter(([, hadValue]) => hadValue);
  return Object.fromEntries(used.map(([name]) => [name, `made-up ${name}`]));
}

/** What a message or a schedule says. */
function startOf({ webhookId, method, path, body }: Recording['event']): Record<string, unknown> {
  const data: unknown = JSON.parse(new TextDecoder().decode(body));
  return isTopicEvent({ webhookId, method })
    ? { topic: path, data }
    : { scheduled_at: (data as { scheduled_at: string }).scheduled_at };
}

function queryText(query: string | null): string {
  return query === null ? '' : `?${query}`;
}
