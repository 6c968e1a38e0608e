import type { Hook } from '../../core/hook.ts';
import { formatDuration } from '../../core/quantity.ts';
import { formatRate } from '../../core/rate.ts';
import type { Binding, Webhook, WebhookLimits, WebhookSettings } from '../../core/webhook.ts';
import type { Profile } from '../../hook/profile.ts';
import { profileSettings } from '../hooks/draft.ts';

/** A webhook or hook under the keys that the API takes for it. */
export type Keys = Readonly<Record<string, unknown>>;

/** A webhook without what is usual, and without what is this server's own: id, token, times, pause. */
export function webhookKeys(webhook: Webhook): Keys {
  const { name, description, respond, bindings, settings } = webhook;
  return {
    name,
    ...(description === '' ? {} : { description }),
    ...(respond === 'run' ? {} : { respond }),
    ...(bindings.length === 0 ? {} : { bindings: bindings.map(bindingKeys) }),
    ...settingsKeys(settings),
  };
}

/** In one order and without what says nothing, so that alike bindings look alike. */
function bindingKeys({ automation, when, disabled, also, inputs }: Binding): Keys {
  const hasInputs = inputs !== undefined && Object.keys(inputs).length > 0;
  return present({
    automation,
    when,
    disabled: disabled === true ? true : undefined,
    also: also === true ? true : undefined,
    inputs: hasInputs ? inputs : undefined,
  });
}

/** Settings as they are given to the API; what is not set is absent. */
export function settingsKeys(settings: WebhookSettings): Keys {
  const { methods, contentTypes, paths, limits, map, forward, account, source } = settings;
  return present({
    account,
    source,
    methods,
    content_types: contentTypes,
    paths,
    limits: limits && limitsKeys(limits),
    map,
    forward,
  });
}

/** Limits likewise. */
export function limitsKeys({ rate, perClient, concurrent }: WebhookLimits): Keys {
  return present({
    rate: rate && formatRate(rate),
    per_client: typeof perClient === 'object' ? formatRate(perClient) : perClient,
    concurrent,
  });
}

/** A hook's settings and headers, without what is this server's own: id, number, secret, times, pause. */
export function hookKeys(hook: Hook): Keys {
  const { name, topics, url, method, headers, profile, format, success } = hook;
  const { alerts, concurrency, rate, ordered } = hook;
  return present({
    name,
    topics,
    url,
    profile,
    method,
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    format,
    success,
    timeout: formatDuration(hook.timeoutMs),
    retries: hook.retryMs.map(formatDuration),
    failures: hook.failuresMax,
    failing: hook.failingMs === 0 ? '0' : formatDuration(hook.failingMs),
    alerts,
    concurrency,
    rate: rate && `${rate.count}/${formatDuration(rate.perMs)}`,
    ordered,
  });
}

/** The same without what its profile gives a hook that says nothing; all of it where the profile is gone. */
export function ownHookKeys(hook: Hook, profile: Profile | undefined): Keys {
  const keys = hookKeys(hook);
  if (profile === undefined) return keys;
  const usual: Keys = {
    ...hookKeys({ ...hook, ...profileSettings(profile), headers: [] }),
    name: undefined,
    topics: [],
    url: undefined,
    profile: 'standard',
  };
  const own = Object.entries(keys).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
  );
  return Object.fromEntries(own);
}

function present(keys: Keys): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}
