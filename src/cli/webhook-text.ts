import type { Binding } from '../core/webhook.ts';
import type { WebhookJson } from '../http/api/represent.ts';
import { facts } from './table.ts';

/** A webhook's facts below one another. */
export function webhookText(webhook: WebhookJson): string {
  const { id, name, description, url, paused, respond, bindings } = webhook;
  return facts([
    ['name', name],
    ['id', id],
    ['url', url],
    ['state', paused ? 'paused' : 'active'],
    [
      'answers',
      respond === 'run' ? 'with what the run returns' : 'at once, runs in the background',
    ],
    ...(description === '' ? [] : [['about', description] as const]),
    ...bindingRows(bindings),
    ['created', webhook.created_at],
    ['changed', webhook.updated_at],
  ]);
}

function bindingRows(bindings: readonly Binding[]): (readonly [string, string])[] {
  if (bindings.length === 0) return [['runs', 'nothing; events are stored']];
  return bindings.map((binding, index) => [index === 0 ? 'runs' : '', bindingText(binding)]);
}

function bindingText({ automation, when, disabled, also, inputs }: Binding): string {
  return [
    automation,
    ...(disabled === true ? ['(disabled)'] : []),
    ...(also === true ? ['(also)'] : []),
    ...(when === undefined ? [] : [`when ${when}`]),
    ...(inputs === undefined ? [] : [`with ${JSON.stringify(inputs)}`]),
  ].join(' ');
}

/** A line that can be pasted into a shell: neither URL nor body holds a quote. */
export function curlLine(url: string): string {
  return `curl -H 'content-type: application/json' -d '{"hello":"world"}' '${url}'`;
}
