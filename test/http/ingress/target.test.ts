import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webhookTarget } from '../../../src/http/ingress/target.ts';

describe('the target of a request', () => {
  test('is split into token, path and query', () => {
    expect(webhookTarget('/webhooks/abc/orders/7?x=1')).toEqual({
      token: 'abc',
      path: '/orders/7',
      query: 'x=1',
    });
  });

  test('keeps what a URL parser would change', () => {
    const path = '/a/../b/./%2e%2e/c\\d//"é|';
    expect(webhookTarget(`/webhooks/abc${path}?q=%zz&r=a b`)).toEqual({
      token: 'abc',
      path,
      query: 'q=%zz&r=a b',
    });
  });

  test('tells no query from an empty one', () => {
    expect(webhookTarget('/webhooks/abc')?.query).toBeNull();
    expect(webhookTarget('/webhooks/abc?')?.query).toBe('');
  });

  test('does not take a slash or a question mark in the query for its own', () => {
    expect(webhookTarget('/webhooks/abc?next=/x?y')).toEqual({
      token: 'abc',
      path: '',
      query: 'next=/x?y',
    });
  });

  test('may be in the absolute form that proxies send', () => {
    expect(webhookTarget('http://host:8420/webhooks/abc/x?y')).toEqual({
      token: 'abc',
      path: '/x',
      query: 'y',
    });
  });

  test.each([
    '/',
    '/webhooks',
    '/webhooksabc',
    '*',
    '/api/v1/webhooks/abc',
    'ftp://x/webhooks/abc',
  ])('%s names no webhook', (target) => {
    expect(webhookTarget(target)).toBeUndefined();
  });

  test('loses no character', () => {
    const segment = fc.string({ unit: 'binary-ascii' }).map((text) => text.replace(/[/?]/g, ''));
    fc.assert(
      fc.property(segment, fc.array(segment), fc.option(fc.string()), (token, path, query) => {
        const rest = path.map((part) => `/${part}`).join('');
        const target = `/webhooks/${token}${rest}${query === null ? '' : `?${query}`}`;
        expect(webhookTarget(target)).toEqual({ token, path: rest, query });
      }),
    );
  });
});
