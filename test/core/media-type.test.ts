import { expect, test } from 'vitest';
import { fitsMediaType, isMediaTypePattern } from '../../src/core/media-type.ts';

test.each([
  ['application/json', 'application/json'],
  ['application/json', 'Application/JSON; charset=utf-8'],
  ['text/*', 'text/plain;x=1'],
  ['application/*+json', 'application/cloudevents+json'],
  ['application/*', 'application/x-www-form-urlencoded'],
])('%s takes %s', (pattern, type) => {
  expect(isMediaTypePattern(pattern)).toBe(true);
  expect(fitsMediaType(['image/png', pattern], type)).toBe(true);
});

test.each([
  ['application/json', 'application/json5'],
  ['application/json', 'text/json'],
  ['text/*', 'text/'],
  ['text/*', 'textual/plain'],
  ['application/*+json', 'application/+json'],
  ['application/*+json', 'application/json'],
  ['application/json', ''],
  ['application/json', undefined],
])('%s does not take %s', (pattern, type) => {
  expect(fitsMediaType([pattern], type)).toBe(false);
});

test.each(['json', '*/*', 'text/*x', 'Text/plain', 'text/plain; charset=utf-8', '', 'a/b/c'])(
  '%j is no pattern',
  (pattern) => {
    expect(isMediaTypePattern(pattern)).toBe(false);
  },
);
