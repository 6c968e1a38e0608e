/**
 * What `request`, `webhook` and `event` offer to expressions, as data: the compiler checks names
 * against it, the reference page prints it, and the guest's library provides it.
 */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly summary: string;
}

export const REQUEST_MEMBERS: readonly Member[] = [
  { name: 'method', type: 'string', summary: 'The method as sent: `POST`.' },
  {
    name: 'path',
    type: 'string',
    summary: 'What follows the token, undecoded: `""` or `/orders/7`.',
  },
  { name: 'url', type: 'string', summary: 'The whole URL as the sender sees it.' },
  {
    name: 'headers',
    type: 'object',
    summary: 'Values by lower-case name; repeats joined with `, `.',
  },
  {
    name: 'header',
    type: 'function',
    summary: '`header(name)`: one value, in any case; `null` where it is missing.',
  },
  { name: 'query', type: 'object', summary: 'Query fields; a repeated one is a list.' },
  { name: 'params', type: 'object', summary: 'Query fields, then form fields over them.' },
  {
    name: 'form',
    type: 'object',
    summary:
      'Fields of an urlencoded or multipart body; a repeated one is a list. `{}` for other bodies.',
  },
  {
    name: 'files',
    type: 'list',
    summary: 'Uploads of a multipart body: `{ field, name, type, size, text, bytes }`.',
  },
  {
    name: 'json',
    type: 'any',
    summary:
      'The body parsed as JSON; `null` when it is empty. A body that is not JSON is answered with 400 when this is read.',
  },
  { name: 'body', type: 'string', summary: 'The body as text (UTF-8).' },
  { name: 'bytes', type: 'Uint8Array', summary: 'The body as bytes.' },
  {
    name: 'client',
    type: 'object',
    summary: '`client.ip`: the caller’s address, behind trusted proxies too.',
  },
];

export const WEBHOOK_MEMBERS: readonly Member[] = [
  { name: 'id', type: 'string', summary: 'The webhook’s id.' },
  { name: 'name', type: 'string', summary: 'The webhook’s name.' },
];

export const EVENT_MEMBERS: readonly Member[] = [
  { name: 'id', type: 'string', summary: 'The event’s id.' },
  { name: 'received_at', type: 'string', summary: 'When it arrived, ISO 8601 in UTC.' },
];

/** What `event` has besides, with `trigger: topic`. */
export const TOPIC_EVENT_MEMBERS: readonly Member[] = [
  { name: 'topic', type: 'string', summary: 'With `trigger: topic`: the topic of the message.' },
  { name: 'data', type: 'any', summary: 'With `trigger: topic`: the data of the message.' },
];

/** What `event` has besides, with `trigger: schedule`. */
export const SCHEDULE_EVENT_MEMBERS: readonly Member[] = [
  {
    name: 'scheduled_at',
    type: 'string',
    summary:
      'With `trigger: schedule`: the time that was due, ISO 8601 in UTC. `received_at` is when it was taken up.',
  },
];
