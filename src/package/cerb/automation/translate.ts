import { didYouMean } from '../../../core/suggest.ts';
import type { Findings } from '../../convert/findings.ts';
import { readKata } from '../kata/read.ts';
import { resolveReferences } from '../kata/references.ts';
import { entryOf, type KataEntry } from '../kata/tree.ts';
import { functionCall, storage } from './calls.ts';
import { COMMANDS, LOGS, WITHOUT } from './commands.ts';
import { decision, fail, loopWhile, outcome, repeat } from './control.ts';
import { change, log, set } from './data.ts';
import { outputOf } from './effects.ts';
import { EMPTY_ANSWER, returning } from './ending.ts';
import { httpRequest } from './http.ts';
import { readInputs } from './inputs.ts';
import { readPolicy } from './policy.ts';
import { variablesSet } from './sets.ts';
import { refuse, type Step, type Translation } from './translation.ts';
import { Variables } from './variables.ts';
import { commented, writeYaml } from './yaml.ts';

/** An automation of Cerb as it stands in a record. */
export interface CerbAutomation {
  readonly name: string;
  readonly description: string;
  /** `cerb.trigger.webhook.respond`, … */
  readonly trigger: 'webhook' | 'function';
  readonly script: string;
  readonly policy: string;
}

export interface AutomationOptions {
  /** The version that it was written for: before 11, replies of 400 and more are errors. */
  readonly cerbVersion: string | undefined;
  readonly skipUnsupported: boolean;
  /** Texts of prompts and placeholders by name: what stands in for each in `default`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Names of a workflow's configuration, which are prompts. */
  readonly config?: ReadonlySet<string>;
  /** What the automation's file begins with, as a comment. */
  readonly head?: string;
}

/** Versions of Cerb from which a reply of 400 and more is a success of `http.request`. */
const STATUS_IS_SUCCESS_SINCE = 11;

/**
 * Translates an automation to our language, as YAML. What is wrong with its script and its policy is told to
 * the two lists of findings. Never throws.
 */
export function translateAutomation(
  automation: CerbAutomation,
  options: AutomationOptions,
  findings: Findings,
  policyFindings: Findings,
): string {
  const entries = resolveReferences(readKata(automation.script, findings), findings);
  const start = entryOf(entries, 'start');
  for (const entry of entries) {
    if (entry.key === 'start' || entry.key === 'inputs') continue;
    findings.error(
      'cerb.key',
      entry.span,
      `Expected \`start:\` or \`inputs:\`, got \`${entry.key}:\``,
      {
        hint: didYouMean(entry.key, ['start', 'inputs']) ?? 'Commands stand below `start:`.',
      },
    );
  }
  if (start === undefined && !findings.hasErrors) {
    findings.error('cerb.key', { start: 0, end: 1 }, 'Expected `start:`, got none');
  }
  const declared = entryOf(entries, 'inputs')?.entries ?? [];
  const scope = new Variables({
    set: variablesSet(start?.entries ?? []),
    hasRequest: automation.trigger === 'webhook',
    inputs: new Set(declared.flatMap(({ name }) => (name === undefined ? [] : [name]))),
    prompts: new Set(Object.keys(options.prompts)),
    ...(options.config === undefined ? {} : { config: options.config }),
  });
  const translation: Translation = {
    scope,
    findings,
    pathMark: ':',
    trigger: automation.trigger,
    policy: readPolicy(automation.policy, policyFindings),
    needed: { http: new Set(), state: new Set(), functions: new Set() },
    statusFails: majorOf(options.cerbVersion) < STATUS_IS_SUCCESS_SINCE,
    skipUnsupported: options.skipUnsupported,
    commands,
  };
  const steps = commands(start?.entries ?? [], translation);
  if (automation.trigger === 'webhook' && !endsWithAnswer(steps)) steps.push(EMPTY_ANSWER);
  const inputs = {
    ...readInputs(declared, translation),
    ...promptInputs(scope.promptsUsed, options.prompts),
  };
  return writeYaml(fileOf(automation, inputs, steps, translation), options.head);
}

function fileOf(
  { name, description, trigger }: CerbAutomation,
  inputs: Readonly<Record<string, unknown>>,
  steps: readonly Step[],
  { needed, policy, scope }: Translation,
): object {
  const lists = Object.entries(needed).filter(([, patterns]) => patterns.size > 0);
  const first = scope.first();
  const all = Object.keys(first).length === 0 ? steps : [{ set: first }, ...steps];
  return {
    automation: name,
    ...(description.trim() === '' ? {} : { description: description.trim() }),
    ...(trigger === 'function' ? { trigger } : {}),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(lists.length === 0
      ? {}
      : { policy: Object.fromEntries(lists.map(([list, patterns]) => [list, [...patterns]])) }),
    ...(policy.timeLimitMs === undefined ? {} : { limits: { timeout: `${policy.timeLimitMs}ms` } }),
    steps: all,
  };
}

/** Prompts are inputs whose default the import fills in. */
function promptInputs(
  used: ReadonlySet<string>,
  prompts: Readonly<Record<string, string>>,
): object {
  return Object.fromEntries(
    [...used].map((name) => [name, { type: 'string', default: prompts[name] ?? '' }]),
  );
}

function majorOf(version: string | undefined): number {
  const found = /\d+/.exec(version ?? '')?.[0];
  return found === undefined ? 0 : Number(found);
}

/** Whether nothing can follow the last step. */
function endsWithAnswer(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  return last !== undefined && ('return' in last || 'fail' in last);
}

type Command = (entry: KataEntry, translation: Translation) => Step[];

const TRANSLATIONS: Readonly<Record<string, Command>> = {
  set,
  'var.set': change,
  'var.push': change,
  'var.unset': change,
  'var.expand': () => [],
  ...Object.fromEntries(Object.keys(LOGS).map((name) => [name, log])),
  decision,
  outcome,
  repeat,
  while: loopWhile,
  return: returning,
  error: fail,
  'http.request': httpRequest,
  function: functionCall,
  'storage.get': storage,
  'storage.set': storage,
  'storage.delete': storage,
};

/** Translates commands one after the other; what follows a `return` or an `error` is never reached. */
function commands(entries: readonly KataEntry[], translation: Translation): Step[] {
  const steps: Step[] = [];
  for (const [index, entry] of entries.entries()) {
    const made = command(entry, translation);
    const [first, ...rest] = made;
    if (first !== undefined) steps.push(commented({ ...first }, entry.comment), ...rest);
    const next = entries[index + 1];
    if (!endsWithAnswer(steps) || next === undefined) continue;
    translation.findings.warning(
      'cerb.changed',
      next.span,
      `Expected nothing after \`${entry.type}:\`, got \`${next.key}:\``,
      {
        hint: 'It is never reached, and left out.',
      },
    );
    break;
  }
  return steps;
}

function command(entry: KataEntry, translation: Translation): Step[] {
  const { type, annotations, span } = entry;
  const { findings } = translation;
  const stray = annotations.filter((one) => one !== 'ref' && !(type === 'return' && one === 'key'));
  if (stray.length > 0 && !(type in LOGS) && type !== 'error') {
    findings.error(
      'kata.annotation',
      span,
      `Expected \`${entry.key}:\` without annotations, got \`@${stray.join(',')}\``,
      {
        hint: 'Of commands, `return@key:` alone has one.',
      },
    );
  }
  if (Object.hasOwn(TRANSLATIONS, type)) return (TRANSLATIONS[type] as Command)(entry, translation);
  if (Object.hasOwn(WITHOUT, type)) return without(entry, WITHOUT[type] as string, translation);
  findings.error('cerb.command', span, `Expected a command of Cerb, got \`${entry.key}:\``, {
    hint: didYouMean(type, COMMANDS) ?? 'See the list of commands in docs/cerb.md.',
  });
  return [];
}

/** A command without a counterpart; where such are left out, the log of each run says so. */
function without(entry: KataEntry, why: string, translation: Translation): Step[] {
  refuse(
    translation,
    'cerb.command',
    entry.span,
    `Expected a command that has a counterpart, got \`${entry.key}:\``,
    why,
  );
  const output = outputOf(entry);
  const steps: Step[] = [{ log: `Left out ${entry.type}, which needs Cerb`, level: 'warn' }];
  if (output === undefined) return steps;
  translation.scope.ready(output);
  return [...steps, { set: { [translation.scope.nameOf(output)]: null } }];
}
