import type { PayloadMap } from '../core/payload-map.ts';
import { type Binding, sourceName, type WebhookSource } from '../core/webhook.ts';
import type { WebhookJson } from '../http/api/represent/webhook.ts';
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
    ...settingsRows(webhook),
    ['created', webhook.created_at],
    ['changed', webhook.updated_at],
    ...(webhook.warnings ?? []).map((text) => ['warning', text] as const),
  ]);
}

function bindingRows(bindings: readonly Binding[]): (readonly [string, string])[] {
  if (bindings.length === 0) return [['runs', 'nothing; events are stored']];
  return bindings.map((binding, index) => [index === 0 ? 'runs' : '', bindingText(binding)]);
}

function settingsRows(webhook: WebhookJson): (readonly [string, string])[] {
  const { account, methods, content_types, paths, limits, map, forward, source } = webhook;
  return [
    ...row('source', source, sourceText),
    ...row('account', account),
    ...row('takes', methods?.join(', ')),
    ...row('bodies', content_types?.join(', ')),
    ...(paths ? [] : [['paths', 'none below the URL'] as const]),
    ...row('rate', limits?.rate),
    ...row('', limits?.per_client, (rate) => `${rate} for each client`),
    ...row('', limits?.concurrent, (count) => `${count} at once`),
    ...mapRows(map),
    ...row('forward', forward, (topic) => `under ${topic}`),
  ];
}

function row<T>(
  name: string,
  value: T | null | undefined,
  text: (value: T) => string = String,
): (readonly [string, string])[] {
  return value == null ? [] : [[name, text(value)]];
}

function sourceText(setting: WebhookSource): string {
  const { source: _, preset: __, secrets, ...own } = setting;
  const names = Object.entries(secrets).map(([role, name]) => `${role} ${name}`);
  return [
    sourceName(setting),
    ...(Object.keys(own).length === 0 ? [] : [`with its own ${Object.keys(own).join(', ')}`]),
    ...(names.length === 0 ? [] : [`proven by ${names.join(', ')}`]),
  ].join(', ');
}

function mapRows(map: PayloadMap | null): (readonly [string, string])[] {
  return Object.entries(map ?? {}).map(([name, entry], index) => {
    const { from, required, default: fallback } = entry;
    const rest =
      required === true
        ? ', required'
        : fallback === undefined
          ? ''
          : ` or ${JSON.stringify(fallback)}`;
    return [index === 0 ? 'data' : '', `${name} from ${from}${rest}`];
  });
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

/** What tries a webhook. Where somebody has to prove who calls, a request by hand would be refused. */
export function tryLine({ id, url, source }: Pick<WebhookJson, 'id' | 'url' | 'source'>): string {
  return source === null ? curlLine(url) : `hookwright webhook send ${id}`;
}
