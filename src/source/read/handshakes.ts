import { isHmac } from '../algorithms.ts';
import {
  ALGORITHMS,
  type AnswerValue,
  type Condition,
  type Handshake,
  type HandshakeAnswer,
  KEY_ENCODINGS,
  OUTPUT_ENCODINGS,
} from '../source.ts';
import { readChecks, readFetchTarget } from './checks.ts';
import { Fields, type Mistake } from './fields.ts';
import { readPlace } from './place.ts';

type Path = readonly (string | number)[];

export function readHandshake(
  value: unknown,
  path: Path,
  mistakes: Mistake[],
): Handshake | undefined {
  const fields = Fields.of(value, path, mistakes);
  if (fields === undefined) return undefined;
  const name = fields.required('name', fields.text('name', 60));
  const method = fields.text('method', 20)?.toUpperCase();
  const conditions = fields.list('when', (item, at) => readCondition(item, at, mistakes));
  const isSigned = fields.required('signed', fields.boolean('signed'));
  const verify = fields.has('verify')
    ? readChecks(fields.take('verify'), [...path, 'verify'], mistakes)
    : undefined;
  const fetch = readFetchTarget(fields, 'fetch');
  const answer = readAnswer(fields, mistakes);
  fields.finish();
  // What is wrong with a condition is told there.
  const given = fields.take('when');
  const isEmpty = given === undefined || (Array.isArray(given) && given.length === 0);
  if (isEmpty) fields.mistake([], 'Expected `when` with a condition, got none');
  if (name === undefined || isSigned === undefined || answer === undefined) return undefined;
  if (conditions.length === 0) return undefined;
  return {
    name,
    when: { conditions, ...(method === undefined ? {} : { method }) },
    isSigned,
    answer,
    ...(verify === undefined ? {} : { verify }),
    ...(fetch === undefined ? {} : { fetch }),
  };
}

function readCondition(value: unknown, path: Path, mistakes: Mistake[]): Condition | undefined {
  const fields = Fields.of(value, path, mistakes);
  if (fields === undefined) return undefined;
  const place = readPlace(fields);
  const equals = fields.text('equals');
  const contains = fields.text('contains');
  const is = fields.choice('is', ['present', 'absent', 'digits']);
  const isOnly = fields.boolean('only') ?? false;
  fields.finish();
  if ([equals, contains, is].filter((test) => test !== undefined).length !== 1) {
    fields.mistake([], 'Expected one of `equals`, `contains` or `is`, got none or several');
    return undefined;
  }
  if (place === undefined) return undefined;
  if (is !== undefined) return { place, test: { is }, isOnly };
  return equals !== undefined
    ? { place, test: { is: 'equals', text: equals }, isOnly }
    : { place, test: { is: 'contains', text: contains ?? '' }, isOnly };
}

function readAnswer(fields: Fields, mistakes: Mistake[]): HandshakeAnswer | undefined {
  const answer = fields.required('answer', fields.map('answer'));
  if (answer === undefined) return undefined;
  const status = answer.integer('status', 200, 299) ?? 200;
  const json = answer.map('json');
  const text = answer.take('text');
  const type = answer.line('type', 'a media type such as `text/plain`');
  answer.finish();
  if (type !== undefined && (json !== undefined || text !== undefined)) {
    answer.mistake(['type'], 'Expected `type` of an empty answer, got one beside `json` or `text`');
    return undefined;
  }
  if (json !== undefined && text !== undefined) {
    answer.mistake(['text'], 'Expected `json` or `text`, got both');
    return undefined;
  }
  if (text !== undefined) {
    const value = readValue(text, [...answer.path, 'text'], mistakes);
    return value && { status, content: { is: 'text', value } };
  }
  if (json === undefined) {
    return { status, content: { is: 'nothing', ...(type === undefined ? {} : { type }) } };
  }
  const read: [string, AnswerValue][] = [];
  for (const name of json.rest) {
    const value = readValue(json.take(name), [...json.path, name], mistakes);
    if (value !== undefined) read.push([name, value]);
  }
  return { status, content: { is: 'json', fields: read } };
}

/** A literal, a place in the request, or the HMAC of what stands at one. */
function readValue(value: unknown, path: Path, mistakes: Mistake[]): AnswerValue | undefined {
  if (['string', 'number', 'boolean'].includes(typeof value)) {
    return { is: 'literal', value: value as string | number | boolean };
  }
  const fields = Fields.of(value, path, mistakes);
  if (fields === undefined) return undefined;
  if (!fields.has('hmac')) {
    const place = readPlace(fields);
    fields.finish();
    return place && { is: 'value', place };
  }
  const inner = fields.map('hmac');
  fields.finish();
  if (inner === undefined) return undefined;
  const algorithm = inner.choice('algorithm', ALGORITHMS.filter(isHmac)) ?? 'hmac-sha256';
  const encoding = inner.choice('encoding', OUTPUT_ENCODINGS) ?? 'hex';
  const keyEncoding = inner.choice('key_encoding', KEY_ENCODINGS) ?? 'utf8';
  const key = inner.text('key', 40) ?? 'secret';
  const begins = inner.text('result_prefix', 40) ?? '';
  const place = readPlace(inner);
  inner.finish();
  return place && { is: 'hmac', place, algorithm, encoding, keyEncoding, key, prefix: begins };
}
