import { HTTP_TOKEN } from '../core/http-syntax.ts';
import type { KeySpec, Shape } from '../language/table/shape.ts';
import { EGRESS_CODES } from './suite.ts';

/** Cases of one file: more belong into several files. */
const CASES_MAX = 1000;
/** Effects that one entry may answer. */
const TIMES_MAX = 10_000;

const LABEL: Shape = { is: 'label' };
const LITERAL: Shape = { is: 'literal' };

function key(name: string, shape: Shape, doc: string): KeySpec {
  return { name, shape, doc };
}

/** Only the keys; what stands under them is for the reader of request files. */
const REQUEST: Shape = {
  is: 'map',
  oneOf: ['json', 'form', 'text', 'base64'],
  keys: [
    key('method', LITERAL, 'The method.'),
    key('path', LITERAL, 'What follows the webhook’s URL.'),
    key('query', LITERAL, 'A text or an object.'),
    key('headers', LITERAL, 'An object, or a list of pairs.'),
    key('ip', LITERAL, 'The caller’s address.'),
    key('json', LITERAL, 'The body as JSON.'),
    key('form', LITERAL, 'The body as a form.'),
    key('text', LITERAL, 'The body as it is.'),
    key('base64', LITERAL, 'The body’s bytes.'),
  ],
};

const FAIL: Shape = {
  is: 'either',
  of: [
    {
      is: 'map',
      keys: [
        key(
          'code',
          { is: 'choice', of: Object.keys(EGRESS_CODES) },
          'How it fails; `effect.failed` unless given.',
        ),
        key('message', LABEL, 'What the automation gets as the message.'),
        key(
          'status',
          { is: 'integer', least: 100, most: 599 },
          'Of the reply, where there was one.',
        ),
      ],
    },
    LABEL,
  ],
};

const SCRIPTED_KINDS = ['http', 'state', 'wait', 'call', 'emit', 'hook'] as const;

const SCRIPTED: Shape = {
  is: 'map',
  needsOne: true,
  oneOf: SCRIPTED_KINDS,
  keys: [
    key('http', LABEL, 'Method and URL, as in `policy.http`.'),
    key(
      'state',
      LABEL,
      'A key, as in `policy.state`; before it, the operation that is meant: `get orders/7`.',
    ),
    key('wait', LABEL, 'The time until which it waits, ISO 8601; with `at` alone.'),
    key('call', LABEL, 'A function, as in `policy.functions`.'),
    key('emit', LABEL, 'A topic, as in `policy.hooks`.'),
    key('hook', LABEL, 'A hook, as in `policy.hooks`.'),
    key('reply', LITERAL, 'What the effect gives back.'),
    key('fail', FAIL, 'A message, or `{ code, message }`: the effect fails.'),
    key('times', { is: 'integer', least: 1, most: TIMES_MAX }, 'How many effects it answers.'),
    key('at', LABEL, 'When it arrives, ISO 8601; at once unless given.'),
  ],
};

/** What `reply` is for `http`. */
export const HTTP_REPLY: Shape = {
  is: 'map',
  oneOf: ['json', 'body', 'base64'],
  keys: [
    key('status', { is: 'integer', least: 200, most: 599 }, '200 unless given.'),
    key(
      'headers',
      {
        is: 'dictionary',
        key: { is: 'name', pattern: HTTP_TOKEN.source, what: 'a header’s name' },
        of: LABEL,
      },
      'By name.',
    ),
    key('json', LITERAL, 'The body as JSON.'),
    key('body', LABEL, 'The body as text.'),
    key('base64', LABEL, 'The body’s bytes.'),
  ],
};

export const EFFECT_KINDS = ['http', 'state', 'wait', 'call', 'emit', 'hook'] as const;

const EXPECTED_EFFECT: Shape = {
  is: 'map',
  needsOne: true,
  oneOf: EFFECT_KINDS,
  keys: [
    key('http', LABEL, 'Method and URL, as in `policy.http`.'),
    key('state', LABEL, 'An operation and a key: `set orders/7`.'),
    key('wait', LABEL, 'A duration, or the time at which it ends.'),
    key('call', LABEL, 'A function.'),
    key('emit', LABEL, 'A topic.'),
    key('hook', LABEL, 'A hook.'),
    key('headers', { is: 'literal' }, 'Headers of `http`.'),
    key('json', LITERAL, 'The body of `http` as JSON.'),
    key('body', LITERAL, 'The body of `http` as text.'),
    key('base64', LABEL, 'The bytes of the body of `http`.'),
    key('value', LITERAL, 'What `state` sets.'),
    key('by', LITERAL, 'What `state` adds.'),
    key('ttl', LABEL, 'The time to live that `state` gives, a duration.'),
    key('inputs', LITERAL, 'What `call` passes in.'),
    key('data', LITERAL, 'What `emit` and `hook` send.'),
  ],
};

const RESPONSE: Shape = {
  is: 'map',
  oneOf: ['json', 'json_exact', 'body', 'base64'],
  keys: [
    key('status', { is: 'integer', least: 100, most: 599 }, 'The status.'),
    key('headers', LITERAL, 'Values by name; `null` where there must be none.'),
    key('json', LITERAL, 'The body as JSON; objects may have more keys.'),
    key('json_exact', LITERAL, 'The body as JSON, and nothing more.'),
    key('body', LABEL, 'The whole body as text.'),
    key('contains', LABEL, 'A part of the body’s text.'),
    key('base64', LABEL, 'The body’s bytes.'),
  ],
};

const FAILURE: Shape = {
  is: 'either',
  of: [
    {
      is: 'map',
      keys: [
        key('code', LABEL, 'The code.'),
        key('message', LABEL, 'A part of the message.'),
        key('line', { is: 'integer', least: 1, most: 1_000_000 }, 'The line of the automation.'),
      ],
    },
    LABEL,
  ],
};

const LOG_LINE: Shape = {
  is: 'either',
  of: [
    {
      is: 'map',
      keys: [
        key('level', { is: 'choice', of: ['debug', 'info', 'warn', 'error'] }, 'The level.'),
        key('text', LABEL, 'A part of the text.'),
      ],
    },
    LABEL,
  ],
};

const EXPECT: Shape = {
  is: 'map',
  keys: [
    key('response', RESPONSE, 'What the caller gets.'),
    key('value', LITERAL, 'What a function gives back.'),
    key('effects', { is: 'list', of: EXPECTED_EFFECT }, 'All effects, in order.'),
    key('logs', { is: 'list', of: LOG_LINE }, 'Log lines, in order; others may stand between.'),
    key('failure', FAILURE, 'The code with which the run fails, or `{ code, message, line }`.'),
  ],
};

const EVENT: Shape = {
  is: 'map',
  keys: [
    key('id', LABEL, 'Its id.'),
    key('topic', LABEL, 'The topic of the message.'),
    key('data', LITERAL, 'The values of a webhook’s map, or the data of the message.'),
    key('scheduled_at', LABEL, 'The time that was due; the case’s `now` unless given.'),
  ],
};

const WEBHOOK: Shape = {
  is: 'map',
  keys: [
    key('id', LABEL, 'Its id.'),
    key('name', LABEL, 'Its name.'),
    key('url', LABEL, 'Its URL, up to the token.'),
    key('account', LABEL, 'Its account.'),
  ],
};

const CASE: Shape = {
  is: 'map',
  keys: [
    { ...key('name', LABEL, 'What the case shows.'), required: true },
    key('request', REQUEST, 'As in request files; an empty GET where absent.'),
    key('event', EVENT, 'The event’s id, a map’s data, and what starts it where no request does.'),
    key('inputs', { is: 'literal' }, 'Inputs of the automation.'),
    key('now', LABEL, 'When the request arrives, ISO 8601.'),
    key('run', LABEL, 'The run’s id, which random values follow from.'),
    key('webhook', WEBHOOK, 'The webhook as the run sees it.'),
    key('state', { is: 'literal' }, 'State before the run: values by key.'),
    key('secrets', { is: 'literal' }, 'Made-up values of secrets by name.'),
    key('effects', { is: 'list', of: SCRIPTED }, 'What effects give back.'),
    key('expect', EXPECT, 'What has to come of it; without it, that the run succeeds.'),
  ],
};

/** A test file. Checked with the language's own checks, so mistakes read the same. */
export const TEST_FILE: Shape = {
  is: 'map',
  keys: [
    key('automation', LABEL, 'A name, or a file; the file of the same name where absent.'),
    key(
      'kind',
      { is: 'choice', of: ['test'] },
      'In packages: `test`, which the file’s name says too.',
    ),
    key('uid', LABEL, 'In packages: what it is called; the name of its file unless given.'),
    {
      ...key('cases', { is: 'list', of: CASE, least: 1, most: CASES_MAX }, 'The cases.'),
      required: true,
    },
  ],
};
