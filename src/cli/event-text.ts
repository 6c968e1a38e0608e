import { SCHEDULE_METHOD } from '../core/schedule-event.ts';
import type { BodyJson } from '../http/api/represent/body.ts';
import type { EventBriefJson, EventJson } from '../http/api/represent/event.ts';
import type { AnswerJson, RunJson } from '../http/api/represent/run.ts';
import { printable, printableLine, type Style } from './style.ts';

type EventFacts = Pick<EventBriefJson, 'method' | 'path' | 'query'>;

/** `POST /orders?x=1`: what followed the webhook's URL. */
export function requestLine({ method, path, query }: EventFacts): string {
  return `${method} ${path === '' ? '/' : path}${query === null ? '' : `?${query}`}`;
}

/** How the runs of an event ended: `200 orders.paid 5 ms`, or why there are none. */
export function runsText({ status, runs }: EventBriefJson): string {
  if (runs.length === 0) return status === 'done' ? '-' : status;
  return runs
    .map(({ answer_status, status: end, automation, duration_ms }) =>
      [
        ...(answer_status === null ? [] : [answer_status]),
        automation,
        ...(end === 'succeeded' ? [] : [end]),
        ...(duration_ms === null ? [] : [`${duration_ms} ms`]),
      ].join(' '),
    )
    .join(', ');
}

/** An event as it was received, and its runs with what they answered, logged and failed of. */
export function eventText(event: EventJson, style: Style): string {
  const head = [
    style('bold', event.id),
    `received ${event.received_at} ${originText(event)}, ${event.status}`,
    ...duplicatesText(event),
  ];
  const headers = event.headers.map(([name, value]) => printableLine(`${name}: ${value}`));
  const request = [style('cyan', printableLine(requestLine(event))), ...headers];
  return [
    ...head,
    '',
    ...request,
    '',
    ...bodyText(event.body),
    ...dataText(event),
    ...runTexts(event.runs, style),
  ].join('\n');
}

function duplicatesText({ duplicates }: EventJson): readonly string[] {
  if (duplicates === null) return [];
  const { count, last_at } = duplicates;
  return [
    `sent again ${count === 1 ? 'once' : `${count} times`}, last at ${last_at}, and not run again`,
  ];
}

function originText({ webhook, webhook_id, client_ip, method }: EventJson): string {
  if (webhook_id === '') {
    return method === SCHEDULE_METHOD ? 'from a schedule' : 'from an automation that emitted it';
  }
  return `from ${client_ip} at ${webhook ?? `${webhook_id} (deleted)`}`;
}

/** Which webhook received an event or began a run, in short; `-` for one that no request made. */
export function webhookText({
  webhook,
  webhook_id,
}: Pick<EventBriefJson, 'webhook' | 'webhook_id'>): string {
  return webhook ?? (webhook_id === '' ? '-' : `(${webhook_id})`);
}

function bodyText({ encoding, size, content }: BodyJson): string[] {
  if (size === 0) return [];
  if (encoding === 'base64') return [`(${size} bytes that are no text; --body writes them)`];
  return [printable(content)];
}

function dataText({ data }: EventJson): string[] {
  if (data === null) return [];
  const values = Object.entries(data).map(([name, value]) =>
    printableLine(`  ${name}: ${JSON.stringify(value)}`),
  );
  return ['', 'event.data', ...values];
}

function runTexts(runs: readonly RunJson[], style: Style): string[] {
  return runs.flatMap((run) => ['', runHead(run, style), ...outcomeText(run)]);
}

/** `run_… orders.paid succeeded in 5 ms, 0.5 ms of CPU`. */
export function runHead(run: RunJson, style: Style): string {
  const { id, automation, status, duration_ms, cpu_ms } = run;
  const colour = statusColour(status);
  const time = duration_ms === null ? `${cpu_ms} ms` : `${duration_ms} ms, ${cpu_ms} ms`;
  const joint = duration_ms === null ? ' with' : ' in';
  return `${style('bold', id)} ${automation} ${style(colour, status)}${joint} ${time} of CPU`;
}

function statusColour(status: RunJson['status']): 'red' | 'green' | 'yellow' {
  if (status === 'succeeded') return 'green';
  return status === 'failed' || status === 'cancelled' ? 'red' : 'yellow';
}

/** What a run logged, why it failed and what it answered. */
export function outcomeText(run: Pick<RunJson, 'logs' | 'failure' | 'answer'>): string[] {
  return [
    ...run.logs.map(({ level, text, line }) => `  ${level} line ${line}: ${indented(text)}`),
    ...failureText(run),
    ...(run.answer === null ? [] : answerText(run.answer)),
  ];
}

function failureText({ failure }: Pick<RunJson, 'failure'>): string[] {
  if (failure === null) return [];
  const place = failure.line === undefined ? '' : ` at line ${failure.line}`;
  return [`  ${failure.code}${place}: ${indented(failure.message)}`];
}

function answerText({ status, headers, body }: AnswerJson): string[] {
  return [
    `  answered ${status}`,
    ...headers.map(([name, value]) => `    ${printableLine(`${name}: ${value}`)}`),
    ...bodyText(body).map((text) => `\n    ${indented(text, 4)}`),
  ];
}

function indented(text: string, spaces = 4): string {
  return printable(text).replaceAll('\n', `\n${' '.repeat(spaces)}`);
}
