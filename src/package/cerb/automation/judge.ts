import type { KataEntry } from '../kata/tree.ts';
import { type Code, call, constant, LEVEL, make, not, within } from '../twig/code.ts';
import { readKnown } from '../twig/known.ts';
import { parseTemplate } from '../twig/parse-template.ts';
import type { TemplateScope } from '../twig/scope.ts';
import { translateTemplate } from '../twig/translate.ts';
import type { Expression, Part } from '../twig/tree.ts';
import { reportIn } from './place.ts';
import type { PolicyRule } from './policy.ts';
import { ifStep, type Step, type Translation } from './translation.ts';
import { expression } from './value.ts';

/** What a policy sees of a command. */
export type NodeInputs = Readonly<Record<string, Code>>;

/** What the rules say about a command before it runs. */
export type Judgement =
  | { readonly is: 'allowed' }
  | { readonly is: 'denied' }
  /** It depends on what is computed: whether it is allowed, as an expression. */
  | { readonly is: 'open'; readonly allowed: Code };

const FALSE: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'n', 'off']);

/** Applies the rules for a command in order: the first that is true decides, and none means no. */
export function judge(command: string, inputs: NodeInputs, translation: Translation): Judgement {
  const rules = translation.policy.rulesFor(command);
  const open: { readonly allows: boolean; readonly when: Code }[] = [];
  for (const { allows, entry } of rules) {
    const when = ruleCode({ allows, entry }, inputs, translation);
    if (when.constant === false) continue;
    if (when.constant === true) return judged(open, allows);
    open.push({ allows, when });
  }
  return judged(open, false);
}

function judged(open: readonly { allows: boolean; when: Code }[], end: boolean): Judgement {
  // Rules that say what is said anyway, after them, say nothing.
  const telling = [...open];
  while (telling.at(-1)?.allows === end) telling.pop();
  if (telling.length === 0) return end ? { is: 'allowed' } : { is: 'denied' };
  const allowed = telling.reduceRight<Code>(
    (rest, { allows, when }) => either(when, allows, rest),
    constant(end),
  );
  return { is: 'open', allowed };
}

/** `when ? allows : rest`, without needless words. */
function either(when: Code, allows: boolean, rest: Code): Code {
  if (allows) {
    if (rest.constant === false) return when;
    return make(`${within(when, LEVEL.or)} || ${within(rest, LEVEL.or)}`, LEVEL.or, 'bool');
  }
  if (rest.constant === true) return not(when);
  return make(`${within(not(when), LEVEL.and)} && ${within(rest, LEVEL.and)}`, LEVEL.and, 'bool');
}

/** The condition of a rule; `@bool` is meant where it is not written. */
function ruleCode({ entry }: PolicyRule, inputs: NodeInputs, translation: Translation): Code {
  const { text } = entry;
  if (text === undefined) return constant(false);
  if (!/\{[{%#]/.test(text.value)) return constant(!FALSE.has(text.value.trim().toLowerCase()));
  const known = knownRule(entry, inputs);
  if (known !== undefined) return constant(known);
  const { findings } = translation.policy;
  const found = translateTemplate(
    withNodes(text.value),
    nodeScope(inputs),
    reportIn(text, findings),
  );
  if (found?.kind === 'single') {
    return found.value.kind === 'bool' ? found.value : call('Cerb.bool', [found.value], 'bool');
  }
  if (found !== undefined) {
    findings.error(
      'cerb.policy',
      entry.span,
      'Expected one expression in a rule, got a longer template',
    );
  }
  return constant(false);
}

/** `inputs.url` and `node.id` become names of their own, so that the command's values stand in their place. */
function withNodes(template: string): string {
  // The same length, so that places stay where they are.
  return template.replace(/\b(inputs|node)\.(?=[a-z_])/g, '$1_');
}

function nodeScope(inputs: NodeInputs): TemplateScope {
  return {
    variable: (name) => {
      const key = name.replace(/^inputs_/, '');
      return Object.hasOwn(inputs, key) ? inputs[key] : undefined;
    },
    isTaken: () => false,
  };
}

/** The rule's truth where all that it looks at is known. */
function knownRule(entry: KataEntry, inputs: NodeInputs): boolean | undefined {
  const part = singleOutput(entry);
  if (part === undefined) return undefined;
  const value = readKnown(part, {
    value: (name) => inputs[name]?.constant,
    beginning: (name) => inputs[name]?.beginning,
  });
  if (value === undefined) return undefined;
  return typeof value === 'string' ? !FALSE.has(value.toLowerCase()) : Boolean(value);
}

function singleOutput(entry: KataEntry): Expression | undefined {
  let parts: readonly Part[];
  try {
    parts = parseTemplate(entry.text?.value.trim() ?? '');
  } catch {
    return undefined; // Told where it is translated.
  }
  const [first] = parts;
  return parts.length === 1 && first?.kind === 'output' ? first.value : undefined;
}

/** Prefixes that the rules name for an input, for the patterns of our own policy. */
export function prefixesOf(
  command: string,
  input: string,
  translation: Translation,
): readonly string[] {
  return translation.policy.rulesFor(command).flatMap(({ entry }) => {
    const found = singleOutput(entry);
    if (found?.kind !== 'test' || found.name !== 'prefixed') return [];
    const { input: of } = found;
    const isInput =
      (of.kind === 'name' && of.name === input) ||
      (of.kind === 'member' && of.key.kind === 'constant' && of.key.value === input);
    if (!isInput) return [];
    return found.args.flatMap(({ value }) =>
      value.kind === 'constant' && typeof value.value === 'string' ? [value.value] : [],
    );
  });
}

/** The step that fails where the policy says no; none where it says yes. */
export function guard(command: string, judgement: Judgement): readonly Step[] {
  const refusal: Step = { fail: `The automation policy does not allow this command (${command}).` };
  if (judgement.is === 'allowed') return [];
  if (judgement.is === 'denied') return [refusal];
  return [ifStep(expression(not(judgement.allowed)), [refusal])];
}
