import { HTTP_TOKEN } from '../../core/http-syntax.ts';
import type { KeySpec, Shape } from './shape.ts';

/** The forms of an answer's body, of which one may be given. */
const BODY_KEYS: readonly string[] = ['body', 'json', 'text', 'html', 'base64', 'redirect'];

/** RFC 9110, section 5.6.2: what a field name may be made of. */
const HEADER_NAME = HTTP_TOKEN.source;

const KEYS: readonly KeySpec[] = [
  {
    name: 'status',
    // 1xx are no answers, and Node cannot send them as one.
    shape: { is: 'integer', least: 200, most: 599, expression: true },
    doc: 'The HTTP status; 200 unless given, 302 with `redirect`.',
  },
  {
    name: 'headers',
    shape: {
      is: 'either',
      of: [
        { is: 'text' },
        {
          is: 'dictionary',
          key: { is: 'name', pattern: HEADER_NAME, what: 'a header’s name' },
          of: { is: 'value' },
        },
      ],
    },
    doc: 'Headers by name; a list as value sends the header once for each item.',
  },
  {
    name: 'body',
    shape: { is: 'value' },
    doc: 'A text or bytes as they are, anything else as JSON.',
  },
  {
    name: 'json',
    shape: { is: 'value' },
    doc: 'Any value, sent as JSON with `content-type: application/json`.',
  },
  {
    name: 'text',
    shape: { is: 'text' },
    doc: 'A text, sent as `text/plain`.',
  },
  {
    name: 'html',
    shape: { is: 'text' },
    doc: 'A text, sent as `text/html`. Put `Html.escape(…)` around what others wrote.',
  },
  {
    name: 'base64',
    shape: { is: 'text' },
    doc: 'Bytes as base64; say what they are with a `content-type` header.',
  },
  {
    name: 'redirect',
    shape: { is: 'text' },
    doc: 'The URL to go to, sent as `location`.',
  },
];

/** What `respond` takes. */
export const ANSWER: Shape & { is: 'map' } = { is: 'map', keys: KEYS, oneOf: BODY_KEYS };

/** What `return` takes: an answer, or the value of a function. */
export const RETURN: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    ...KEYS,
    {
      name: 'value',
      shape: { is: 'value' },
      doc: 'With `trigger: function`, and instead of an answer: what the caller gets.',
    },
  ],
  oneOf: [...BODY_KEYS, 'value'],
};
