import type { Binding } from '../../../core/webhook.ts';
import type { Findings } from '../../convert/findings.ts';
import { readKata } from '../kata/read.ts';
import { resolveReferences } from '../kata/references.ts';
import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { type Code, call, constant, LEVEL, make, not, within } from '../twig/code.ts';
import type { TemplateScope } from '../twig/scope.ts';
import { readEntries, readValue, toCode, type Value, type ValueContext } from './value.ts';
import { requestCode } from './variables.ts';

const HANDLER_KEYS: readonly string[] = ['uri', 'disabled', 'enabled', 'inputs'];
const URI = /^cerb:automation:/;

/** Rules and inputs see the request as expressions: a binding has no steps that could set variables. */
const REQUEST: TemplateScope = { variable: requestCode, isTaken: () => false };

/**
 * The handlers in a webhook's event KATA as bindings. Cerb runs the first that is enabled and no other, which
 * is what bindings do. Never throws.
 */
export function readBindings(text: string, findings: Findings): readonly Binding[] {
  const context: ValueContext = { scope: REQUEST, findings, pathMark: '.' };
  const entries = resolveReferences(readKata(text, findings), findings);
  return entries.flatMap((entry) => {
    if (entry.type === 'automation')
      return [binding(entry, context)].filter((one) => one !== undefined);
    findings.error(
      'cerb.event',
      entry.span,
      `Expected \`automation/…:\`, got \`${entry.key}:\``,
      entry.type === 'behavior'
        ? { hint: 'Behaviors are Cerb’s old bots; there is no counterpart.' }
        : {},
    );
    return [];
  });
}

function binding(entry: KataEntry, context: ValueContext): Binding | undefined {
  const { findings } = context;
  for (const child of entry.entries) {
    if (HANDLER_KEYS.includes(child.type)) continue;
    findings.error(
      'cerb.key',
      child.span,
      `Expected a key of \`automation:\`, got \`${child.key}:\``,
      {
        hint: 'It has `uri:`, `disabled:`, `enabled:` and `inputs:`.',
      },
    );
  }
  const uri = plainText(entryOf(entry.entries, 'uri'))?.trim();
  if (uri === undefined || uri === '') {
    findings.error('cerb.key', entry.span, 'Expected `uri:`, got none');
    return undefined;
  }
  const enabled = enabledCode(entry, context);
  const given = entryOf(entry.entries, 'inputs');
  const inputs = given === undefined ? {} : inputsOf(given, context);
  return {
    automation: uri.replace(URI, ''),
    ...(enabled.constant === false ? { disabled: true } : {}),
    ...(enabled.constant === undefined ? { when: `\${{ ${enabled.code} }}` } : {}),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
  };
}

/** The first `enabled` or `disabled` that is true decides; where none is, it is enabled. */
function enabledCode(entry: KataEntry, context: ValueContext): Code {
  const rules = entry.entries.filter(({ type }) => type === 'enabled' || type === 'disabled');
  return rules.reduceRight<Code>((rest, rule) => {
    const when = ruleCode(rule, context);
    if (when.constant === false) return rest;
    const verdict = rule.type === 'enabled';
    if (when.constant === true || rest.constant === verdict) return constant(verdict);
    if (!verdict) {
      return rest.constant === true
        ? not(when)
        : make(`${within(not(when), LEVEL.and)} && ${within(rest, LEVEL.and)}`, LEVEL.and, 'bool');
    }
    return rest.constant === false
      ? when
      : make(`${within(when, LEVEL.or)} || ${within(rest, LEVEL.or)}`, LEVEL.or, 'bool');
  }, constant(true));
}

/** What PHP takes for true of the value, with its annotations. */
function ruleCode(rule: KataEntry, context: ValueContext): Code {
  const value = readValue(rule, context);
  if (value.is === 'static') return constant(Boolean(value.value));
  const code = toCode(value);
  if (code.kind === 'bool') return code;
  return typeof code.constant === 'string'
    ? constant(code.constant !== '' && code.constant !== '0')
    : call('Cerb.isTrue', [code], 'bool');
}

/** Inputs of a binding are plain data here; one that is computed is refused. */
function inputsOf(entry: KataEntry, context: ValueContext): Readonly<Record<string, unknown>> {
  for (const child of entry.entries) {
    if (isPlain(readValue(child, context))) continue;
    context.findings.error(
      'cerb.event',
      child.span,
      `Expected an input that is known, got \`${child.key}\`, which is computed from the request`,
      { hint: 'Compute it in the automation, which sees the request.' },
    );
  }
  return readEntries(entry.entries, context) as Readonly<Record<string, unknown>>;
}

function isPlain(value: Value): boolean {
  if (value.is === 'entries') return value.entries.every(([, item]) => isPlain(item));
  return value.is === 'static' || (value.is === 'text' && value.template.kind === 'plain');
}
