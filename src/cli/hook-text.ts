import type { AttemptJson, DeliveryJson, HookJson } from '../http/api/represent/hook.ts';
import { facts, table } from './table.ts';

/** A hook's facts below one another. */
export function hookText(hook: HookJson): string {
  const { health } = hook;
  const optional = (name: string, value: string): (readonly [string, string])[] =>
    value === '' ? [] : [[name, value]];
  return facts([
    ['name', hook.name],
    ['id', hook.id],
    ['state', stateText(hook)],
    ['topics', hook.topics.join(', ') || 'none; only what is meant for it'],
    ['sends', `${hook.method} ${hook.url}`],
    ['as', `${hook.profile}, ${hook.format}`],
    ...optional('headers', hook.headers.join(', ')),
    ['succeeds', `with ${hook.success.join(', ')} within ${hook.timeout}`],
    ['repeats', hook.retries.length === 0 ? 'never' : `after ${hook.retries.join(', ')}`],
    ['disabled', disablingText(hook)],
    ...optional('alerts', hook.alerts.join(', ')),
    ['at once', hook.ordered ? '1, in order' : String(hook.concurrency)],
    ...optional('rate', hook.rate ?? ''),
    ...optional('old secret', hook.previous_until === null ? '' : `until ${hook.previous_until}`),
    ...optional(
      'failing',
      health.failures === 0 ? '' : `${health.failures} in a row, since ${health.failing_since}`,
    ),
    ['created', hook.created_at],
    ['changed', hook.updated_at],
    ...hook.warnings.map((text) => ['warning', text] as const),
  ]);
}

const BECAUSE: Readonly<Record<string, string>> = {
  failures: 'too many failures in a row',
  days: 'nothing but failures for too long',
  gone: 'its receiver answered 410',
};

function stateText({ status, held_because, health }: HookJson): string {
  if (held_because !== null) return `${status}; held: ${held_because}`;
  if (status !== 'disabled') return status;
  return `disabled at ${health.disabled_at}: ${BECAUSE[health.disabled_because ?? ''] ?? 'unknown'}`;
}

function disablingText({ failures, failing }: HookJson): string {
  const parts = [
    ...(failures === 0 ? [] : [`${failures} failures in a row`]),
    ...(failing === '0' ? [] : [`${failing} of nothing but failures`]),
  ];
  return parts.length === 0 ? 'never' : `after ${parts.join(', or ')}`;
}

export function hooksTable(hooks: readonly HookJson[]): string {
  return table(
    ['NAME', 'STATE', 'PROFILE', 'TOPICS', 'URL'],
    hooks.map((hook) => [
      hook.name,
      hook.held_because === null ? hook.status : `${hook.status}, held`,
      hook.profile,
      hook.topics.join(', ') || '-',
      hook.url,
    ]),
  );
}

export function deliveriesTable(deliveries: readonly DeliveryJson[]): string {
  return table(
    ['DELIVERY', 'STATUS', 'ATTEMPTS', 'HOOK', 'MESSAGE', 'DUE'],
    deliveries.map((one) => [
      one.id,
      one.status,
      String(one.attempts),
      one.hook ?? `(${one.hook_id})`,
      one.message,
      one.due_at ?? '-',
    ]),
  );
}

/** One attempt: what was sent, what came back. */
export function attemptText(attempt: AttemptJson): string {
  const { number, started_at, ms, request, response, error } = attempt;
  const got =
    response === null ? (error?.message ?? 'no answer') : `${response.status} after ${ms} ms`;
  return [
    facts([
      [`attempt ${number}`, started_at],
      ['sent', `${request.method} ${request.url}`],
      ...request.headers.map(([name, value]) => [`> ${name}`, value] as const),
      ['got', got],
      ...(response?.headers ?? []).map(([name, value]) => [`< ${name}`, value] as const),
    ]),
    ...(response === null || response.body.size === 0
      ? []
      : [`${response.body.content}${response.truncated ? '…' : ''}`]),
  ].join('\n');
}
