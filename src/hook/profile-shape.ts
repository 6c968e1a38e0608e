import { HOOK_METHODS } from '../core/hook.ts';
import { HTTP_TOKEN } from '../core/http-syntax.ts';
import type { KeySpec, Shape } from '../language/table/shape.ts';

/** The keys of a profile's file; what they may hold, for checking with places. */

const LABEL: Shape = { is: 'label' };
const LITERAL: Shape = { is: 'literal' };
const BOOLEAN: Shape = { is: 'boolean' };
/** A week: the longest that anybody waits for one attempt's repetition or for a verdict, with room. */
const WEEKS_MS = 30 * 86_400_000;
/** Attempts of one delivery, and failures in a row. */
const ATTEMPTS_MAX = 50;
const FAILURES_MAX = 1_000_000;
/** Attempts to one hook at once. */
export const CONCURRENCY_MAX = 64;
/** Milliseconds that one attempt may take. */
export const ATTEMPT_MS_MAX = 120_000;

const NAME: Shape & { is: 'name' } = {
  is: 'name',
  pattern: '^[a-z0-9][a-z0-9._-]*$',
  what: 'a name of small letters, digits, `.`, `-` and `_`',
  max: 64,
};
const HEADER: Shape & { is: 'name' } = {
  is: 'name',
  pattern: HTTP_TOKEN.source,
  what: 'a header’s name',
  max: 64,
};

function key(name: string, shape: Shape, doc: string, required = false): KeySpec {
  return { name, shape, doc, ...(required ? { required } : {}) };
}

const HEADERS: Shape = { is: 'dictionary', key: HEADER, of: LABEL };

const FORMAT_KEYS: readonly KeySpec[] = [
  key('type', LABEL, 'The content type.', true),
  key('encode', { is: 'choice', of: ['json', 'form', 'text'] }, 'How the body is written; `json`.'),
  key('headers', HEADERS, 'Headers of this format alone.'),
  key('body', LITERAL, 'The body, with places to fill.', true),
  key(
    'bodies',
    {
      is: 'list',
      of: {
        is: 'map',
        keys: [
          key('topic', LABEL, 'A pattern of topics.', true),
          key('body', LITERAL, 'The body for them.', true),
        ],
      },
    },
    'Other bodies by topic.',
  ),
  key('without', { is: 'list', of: LABEL }, 'Members of the body that are left out.'),
  key('compact', BOOLEAN, 'Whether members that are null are left out.'),
];

const FORMAT: Shape = { is: 'map', keys: FORMAT_KEYS };

const SIGN: Shape = {
  is: 'map',
  keys: [
    key('header', HEADER, 'The header that carries it.', true),
    key('hash', { is: 'choice', of: ['sha1', 'sha256', 'sha512'] }, 'Of the HMAC; `sha256`.'),
    key('encoding', { is: 'choice', of: ['base64', 'hex'] }, 'Of the signature; `base64`.'),
    key('key', { is: 'choice', of: ['standard', 'text', 'html'] }, 'What the secret is; `text`.'),
    key('content', LABEL, 'What is signed; `{body}`.'),
    key('value', LABEL, 'What the header says; `{signature}`.'),
    key('separator', LABEL, 'Between two signatures after a rotation.'),
  ],
};

const DEFAULTS: Shape = {
  is: 'map',
  keys: [
    key('method', { is: 'choice', of: [...HOOK_METHODS] }, 'The method; `POST`.'),
    key('success', { is: 'list', of: LITERAL, least: 1 }, 'Statuses that succeed; `[2xx]`.'),
    key('timeout', { is: 'duration', most: ATTEMPT_MS_MAX }, 'For one attempt; `15s`.'),
    key(
      'retries',
      { is: 'list', of: { is: 'duration', most: WEEKS_MS }, most: ATTEMPTS_MAX },
      'Waits before each repetition.',
    ),
    key(
      'failures',
      { is: 'integer', least: 0, most: FAILURES_MAX },
      'Failed attempts in a row that disable; 0: never.',
    ),
    key(
      'failing',
      {
        is: 'either',
        of: [
          { is: 'integer', least: 0, most: 0 },
          { is: 'duration', most: WEEKS_MS },
        ],
      },
      'Time of nothing but failures that disables; 0: never.',
    ),
    key(
      'concurrency',
      { is: 'integer', least: 1, most: CONCURRENCY_MAX },
      'Attempts under way at once.',
    ),
  ],
};

export const PROFILE_FILE: Shape = {
  is: 'map',
  keys: [
    key('profile', NAME, 'Its name.', true),
    key('description', LABEL, 'What it is for.'),
    key('https', BOOLEAN, 'Whether its hooks must have an https URL.'),
    key('defaults', DEFAULTS, 'What a hook has where it is not told otherwise.'),
    key('headers', HEADERS, 'Headers of every request.'),
    key('headers_from', LABEL, 'A map of headers in the data.'),
    key(
      'url',
      {
        is: 'map',
        keys: [
          key('replace', LABEL, 'Another URL of the same origin.'),
          key('append', LABEL, 'What is put behind it.'),
        ],
      },
      'What the data may change of the URL.',
    ),
    key(
      'query',
      {
        is: 'list',
        of: {
          is: 'map',
          keys: [
            key('when', LABEL, 'A text with places, such as `{data.type}`.'),
            key('is', LABEL, 'What it has to be.'),
            key('value', LABEL, 'What is flattened into the query.', true),
          ],
        },
      },
      'What GET and DELETE send instead of a body; `{data}`.',
    ),
    key('sign', SIGN, 'How requests are signed.'),
    key('formats', { is: 'dictionary', key: NAME, of: FORMAT }, 'Forms of the body.', true),
    key('ping', FORMAT, 'What a first activation and a ping send.'),
  ],
};
