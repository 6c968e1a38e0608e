import type { Diagnostic } from '../core/diagnostic.ts';
import type { HttpReply } from '../core/effect.ts';
import type { RequestParts } from '../core/run.ts';
import { secretNameMistake, secretValueMistake } from '../core/secret.ts';
import { check } from '../language/check/check.ts';
import { Report } from '../language/report.ts';
import { SourceText } from '../language/source.ts';
import { readYaml } from '../language/yaml/read.ts';
import { childOf, isNull, type MapNode, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import { checkExpectations } from './expectations.ts';
import { MemoryState } from './memory-state.ts';
import { EFFECT_KINDS, HTTP_REPLY, TEST_FILE } from './shape.ts';
import {
  EGRESS_CODES,
  type ScriptedFailure,
  type ScriptedReply,
  type TestCase,
  type TestEvent,
  type TestSuite,
} from './suite.ts';
import { policyMistake } from './target.ts';

/** When the request of a case without `now` arrives. It never changes, so that no case depends on the day. */
const NOW_DEFAULT = Date.UTC(2026, 0, 1);

/** Reads the keys of request files. A mistake's text completes "Expected …". */
export type ReadRequest = (fields: Readonly<Record<string, unknown>>) => {
  readonly request: RequestParts;
  readonly mistakes: readonly { readonly key: string; readonly text: string }[];
};

/**
 * Reads a test file: its cases, or everything that is wrong with it. Never throws, whatever the text is.
 *
 * @param file what diagnostics call the file
 */
export function readTests(
  { file, text }: { readonly file: string; readonly text: string },
  readRequest: ReadRequest,
): { readonly suite?: TestSuite; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report(new SourceText(text, file));
  const suite = suiteOf(report, readRequest);
  const diagnostics = report.diagnostics();
  return suite === undefined || report.hasErrors ? { diagnostics } : { suite, diagnostics };
}

function suiteOf(report: Report, readRequest: ReadRequest): TestSuite | undefined {
  const tree = readYaml(report);
  if (tree === undefined || isNull(tree)) {
    if (report.hasErrors) return undefined;
    const hint = 'It begins with `cases:`; docs/testing.md shows one.';
    report.error('key.missing', { start: 0, end: 1 }, 'Expected tests, got an empty file', {
      hint,
    });
    return undefined;
  }
  check(tree, TEST_FILE, report);
  if (tree.kind !== 'map') return undefined;
  const { file, text } = report.source;
  const automation = childOf(tree, 'automation');
  const cases = childOf(tree, 'cases');
  const read = cases?.kind === 'list' ? cases.items : [];
  return {
    file,
    text,
    ...(automation?.kind === 'scalar' ? { automation } : {}),
    cases: read.flatMap((node) => (node.kind === 'map' ? [caseOf(node, report, readRequest)] : [])),
  };
}

function caseOf(node: MapNode, report: Report, readRequest: ReadRequest): TestCase {
  const name = childOf(node, 'name');
  const inputs = childOf(node, 'inputs');
  const expect = childOf(node, 'expect');
  if (expect?.kind === 'map') checkExpectations(expect, report);
  const effects = itemsOf(childOf(node, 'effects'));
  return {
    name: textOf(name),
    place: name ?? node,
    request: requestOf(childOf(node, 'request'), report, readRequest),
    event: eventOf(childOf(node, 'event'), report),
    inputs: objectOf(inputs, report),
    inputsPlace: inputs ?? name ?? node,
    now: timeOf(childOf(node, 'now'), report) ?? NOW_DEFAULT,
    ...idsOf(node),
    state: stateOf(childOf(node, 'state'), report),
    secrets: secretsOf(childOf(node, 'secrets'), report),
    replies: effects
      .filter((item) => childOf(item, 'wait') === undefined)
      .map((item) => replyOf(item, report)),
    lateWaits: new Map(
      effects
        .filter((item) => childOf(item, 'wait') !== undefined)
        .map((item) => lateWaitOf(item, report)),
    ),
    ...(expect?.kind === 'map' ? { expect } : {}),
  };
}

function requestOf(
  node: YamlNode | undefined,
  report: Report,
  readRequest: ReadRequest,
): RequestParts {
  const { request, mistakes } = readRequest(
    node?.kind === 'map' ? (plainValue(node) as Record<string, unknown>) : {},
  );
  if (node?.kind !== 'map') return request;
  for (const { key, text } of mistakes) {
    // Keys that do not exist or exclude each other are told already, in the shape's words.
    if (/^(?:only the keys|one of) /.test(text)) continue;
    report.error('value.invalid', childOf(node, key) ?? node, `Expected ${text}`);
  }
  return request;
}

function eventOf(node: YamlNode | undefined, report: Report): TestEvent {
  const entries = node?.kind === 'map' ? node.entries : [];
  const value = (key: string): YamlNode | undefined =>
    entries.find((entry) => entry.key.text === key)?.value;
  const [id, topic, data] = [value('id'), value('topic'), value('data')];
  const scheduledAt = timeOf(value('scheduled_at'), report);
  return {
    ...(id === undefined ? {} : { id: textOf(id) }),
    ...(topic === undefined ? {} : { topic: textOf(topic) }),
    ...(data === undefined ? {} : { data: plainValue(data) }),
    ...(scheduledAt === undefined ? {} : { scheduledAt }),
    places: new Map(entries.map(({ key }) => [key.text, key])),
  };
}

/** What the run sees besides its request and its event; the shape has checked it. */
function idsOf(node: MapNode): Pick<TestCase, 'runId' | 'webhook'> {
  const text = (of: YamlNode | undefined, key: string): string | undefined =>
    of?.kind === 'map' && childOf(of, key) !== undefined ? textOf(childOf(of, key)) : undefined;
  const webhook = childOf(node, 'webhook');
  const runId = text(node, 'run');
  const [id, name, url] = [text(webhook, 'id'), text(webhook, 'name'), text(webhook, 'url')];
  const account = text(webhook, 'account');
  return {
    ...(runId === undefined ? {} : { runId }),
    webhook: {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(url === undefined ? {} : { url }),
      ...(account === undefined ? {} : { account }),
    },
  };
}

function timeOf(node: YamlNode | undefined, report: Report): number | undefined {
  if (node === undefined) return undefined;
  const text = textOf(node);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isFinite(time) && time >= 0) return time;
  const message = `Expected a time such as \`2026-05-04T12:00:00Z\`, got \`${text}\``;
  report.error('value.invalid', node, message);
  return undefined;
}

/** Tried out on a state of its own, which knows what keys and values may be. */
function stateOf(node: YamlNode | undefined, report: Report): TestCase['state'] {
  if (node === undefined) return [];
  if (node.kind !== 'map') {
    objectOf(node, report);
    return [];
  }
  const state = new MemoryState();
  return node.entries.map((entry) => {
    const key = entry.key.text;
    const value = plainValue(entry.value);
    const result = state.operate({ op: 'set', key, value }, NOW_DEFAULT);
    if (!result.ok) report.error('value.invalid', entry.key, result.message.replace(/\.$/, ''));
    return [key, value];
  });
}

function lateWaitOf(node: MapNode, report: Report): readonly [until: number, at: number] {
  const wrong = node.entries.find(({ key }) => key.text !== 'wait' && key.text !== 'at');
  if (wrong !== undefined) {
    const message = `Expected \`wait\` with \`at\` alone, got \`${wrong.key.text}\``;
    report.error('key.conflict', wrong.key, message);
  }
  const until = timeOf(childOf(node, 'wait'), report) ?? NOW_DEFAULT;
  const given = childOf(node, 'at');
  if (given === undefined) {
    report.error('key.missing', node, 'Expected `at` beside `wait`, got none');
    return [until, until];
  }
  const at = timeOf(given, report) ?? until;
  if (at < until) {
    report.error('value.invalid', given, 'Expected a time that is not before the end of the wait');
  }
  return [until, Math.max(at, until)];
}

function secretsOf(node: YamlNode | undefined, report: Report): TestCase['secrets'] {
  const secrets = new Map<string, string>();
  if (node !== undefined && node.kind !== 'map') objectOf(node, report);
  for (const { key, value } of node?.kind === 'map' ? node.entries : []) {
    const mistake =
      value.kind === 'scalar' && !isNull(value)
        ? (secretNameMistake(key.text) ?? secretValueMistake(value.text))
        : 'Expected the made-up value of a secret as a text, got another value';
    if (mistake !== undefined) report.error('value.invalid', key, mistake);
    secrets.set(key.text, textOf(value));
  }
  return secrets;
}

function replyOf(node: MapNode, report: Report): ScriptedReply {
  const entry = node.entries.find(({ key }) => isScripted(key.text));
  const kind = (entry?.key.text ?? 'http') as ScriptedReply['kind'];
  const pattern = textOf(entry?.value);
  if (entry !== undefined) {
    const mistake = policyMistake(kind, pattern);
    if (mistake !== undefined) report.error('policy.invalid', entry.value, mistake);
  }
  const times = childOf(node, 'times');
  const at = timeOf(childOf(node, 'at'), report);
  return {
    kind,
    pattern,
    place: entry?.value ?? node,
    times: times?.kind === 'scalar' && typeof times.value === 'number' ? times.value : 1,
    ...(at === undefined ? {} : { at }),
    outcome: outcomeOf(node, kind, report),
  };
}

function outcomeOf(
  node: MapNode,
  kind: ScriptedReply['kind'],
  report: Report,
): ScriptedReply['outcome'] {
  const reply = childOf(node, 'reply');
  const fail = childOf(node, 'fail');
  if ((reply === undefined) === (fail === undefined)) {
    const got = reply === undefined ? 'none' : 'both';
    const code = reply === undefined ? 'key.missing' : 'key.conflict';
    report.error(
      code,
      node.entries[0]?.key ?? node,
      `Expected one of \`reply\` or \`fail\`, got ${got}`,
    );
  }
  if (fail !== undefined) return failureOf(fail);
  if (reply === undefined || kind !== 'http') {
    return { is: 'value', value: reply === undefined ? null : plainValue(reply) };
  }
  check(reply, HTTP_REPLY, report);
  return { is: 'http', reply: httpReplyOf(reply) };
}

function failureOf(node: YamlNode): ScriptedReply['outcome'] {
  const message = textOf(node.kind === 'map' ? childOf(node, 'message') : node);
  const given = node.kind === 'map' ? textOf(childOf(node, 'code')) : '';
  const code = Object.hasOwn(EGRESS_CODES, given) ? (given as ScriptedFailure) : 'effect.failed';
  const status = node.kind === 'map' ? childOf(node, 'status') : undefined;
  return {
    is: 'failure',
    code,
    message: message === '' ? 'The test lets it fail.' : message,
    ...(status?.kind === 'scalar' && typeof status.value === 'number'
      ? { status: status.value }
      : {}),
  };
}

function httpReplyOf(node: YamlNode): HttpReply {
  if (node.kind !== 'map') return { status: 200, headers: {} };
  const status = childOf(node, 'status');
  const headers = childOf(node, 'headers');
  const json = childOf(node, 'json');
  const base64 = childOf(node, 'base64');
  const pairs = headers?.kind === 'map' ? headers.entries : [];
  const own = pairs.map(({ key, value }) => [key.text.toLowerCase(), textOf(value)] as const);
  return {
    status: status?.kind === 'scalar' && typeof status.value === 'number' ? status.value : 200,
    headers: Object.fromEntries([
      ...(json === undefined ? [] : [['content-type', 'application/json'] as const]),
      ...own,
    ]),
    ...(base64 === undefined
      ? {
          body:
            json === undefined ? textOf(childOf(node, 'body')) : JSON.stringify(plainValue(json)),
        }
      : { base64: textOf(base64) }),
  };
}

function objectOf(node: YamlNode | undefined, report: Report): Readonly<Record<string, unknown>> {
  if (node === undefined) return {};
  if (node.kind === 'map') return plainValue(node) as Record<string, unknown>;
  const got = node.kind === 'list' ? 'a list' : 'another value';
  report.error('value.type', node, `Expected a map, got ${got}`);
  return {};
}

function isScripted(key: string): boolean {
  return key !== 'wait' && EFFECT_KINDS.some((kind) => kind === key);
}

function itemsOf(node: YamlNode | undefined): readonly MapNode[] {
  const items = node?.kind === 'list' ? node.items : [];
  return items.flatMap((item) => (item.kind === 'map' ? [item] : []));
}

function textOf(node: YamlNode | undefined): string {
  return node?.kind === 'scalar' ? node.text : '';
}
