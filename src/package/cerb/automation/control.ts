import { entryOf, type KataEntry } from '../kata/tree.ts';
import { asCondition, type Code, call, constant } from '../twig/code.ts';
import { ifStep, refuse, type Step, type Translation } from './translation.ts';
import { expression, readValue, staticText, toCode } from './value.ts';
import { commented } from './yaml.ts';

/** `decision:` takes the first outcome whose `if` is true; one without `if` always. */
export function decision(entry: KataEntry, translation: Translation): Step[] {
  const cases: { when: unknown; do: Step[] }[] = [];
  let otherwise: Step[] | undefined;
  for (const outcome of entry.entries) {
    if (outcome.type !== 'outcome') {
      translation.findings.error(
        'cerb.key',
        outcome.span,
        `Expected \`outcome:\`, got \`${outcome.key}:\``,
      );
      continue;
    }
    if (otherwise !== undefined) {
      const message = 'Expected the outcome without `if` at the end, got one after it';
      translation.findings.warning('cerb.changed', outcome.span, message, {
        hint: 'It is never reached, and left out.',
      });
      continue;
    }
    const when = condition(outcome, translation);
    const steps = body(outcome, 'then', translation);
    if (when === undefined || when === true) otherwise = steps;
    else cases.push(commented({ when, do: steps }, outcome.comment));
  }
  if (cases.length === 0) return otherwise ?? [];
  const [only] = cases;
  const rest = otherwise === undefined || otherwise.length === 0 ? undefined : otherwise;
  if (cases.length === 1 && only !== undefined) return [ifStep(only.when, only.do, rest)];
  return [{ choose: cases, ...(rest === undefined ? {} : { otherwise: rest }) }];
}

/** `outcome:` by itself is a plain `if`. */
export function outcome(entry: KataEntry, translation: Translation): Step[] {
  const when = condition(entry, translation);
  const steps = body(entry, 'then', translation);
  return when === undefined || when === true ? steps : [ifStep(when, steps)];
}

/** The condition in `if`; `undefined` where there is none. Without `@bool` any text but "" and "0" is true. */
function condition(entry: KataEntry, translation: Translation): unknown {
  const found = entryOf(entry.entries, 'if');
  return found === undefined ? undefined : expression(conditionCode(found, translation));
}

function conditionCode(entry: KataEntry, translation: Translation): Code {
  const value = readValue(entry, translation);
  const known = staticText(value);
  if (known !== undefined) return constant(known !== '' && known !== '0');
  return asCondition(toCode(value));
}

export function body(entry: KataEntry, key: string, translation: Translation): Step[] {
  const found = entryOf(entry.entries, key);
  return found === undefined ? [] : translation.commands(found.entries, translation);
}

/** `repeat:` goes over a list or map; its variables are gone after it. */
export function repeat(entry: KataEntry, translation: Translation): Step[] {
  const each = entryOf(entry.entries, 'each');
  const names = (entryOf(entry.entries, 'as')?.text?.value ?? '')
    .split(',')
    .map((name) => name.trim());
  if (each === undefined || names[0] === '' || names.length > 2) {
    translation.findings.error(
      'cerb.key',
      entry.span,
      'Expected `each:` and one or two names in `as:`',
    );
    return [];
  }
  const value = readValue(each, translation);
  const over = toCode(value);
  const list = over.kind === 'list' || over.kind === 'map' ? over : call('Cerb.each', [over]);
  const [first = '', second] = names;
  const item = second ?? first;
  const position = second === undefined ? `${first}__index` : first;
  const isPositioned = second !== undefined || mentions(entry, position);
  return loopStep(entry, expression(list), isPositioned ? [item, position] : [item], translation);
}

function loopStep(
  entry: KataEntry,
  over: unknown,
  names: readonly string[],
  translation: Translation,
): Step[] {
  const { scope } = translation;
  // Names that commands set as well are variables; those of our loops cannot be assigned.
  const shared = names.filter((name) => scope.isSet(name));
  return scope.within(
    names.map((name) => (shared.includes(name) ? `${name}_item` : name)),
    (made) => {
      const first = shared.map((name) => {
        scope.ready(name);
        const from = made[names.indexOf(name)] as string;
        return [scope.nameOf(name), `\${{ ${from} }}`] as const;
      });
      const steps = body(entry, 'do', translation);
      const all = first.length === 0 ? steps : [{ set: Object.fromEntries(first) }, ...steps];
      const loop = { for: made.join(', '), in: over, do: all };
      const gone = first.map(([name]) => [name, null] as const);
      return gone.length === 0 ? [loop] : [loop, { set: Object.fromEntries(gone) }];
    },
  );
}

function mentions(entry: KataEntry, name: string): boolean {
  return (
    (entry.text?.value.includes(name) ?? false) || entry.entries.some((one) => mentions(one, name))
  );
}

/** `while:`; Cerb asks its condition again before every command, so what follows the first is in an `if`. */
export function loopWhile(entry: KataEntry, translation: Translation): Step[] {
  const found = entryOf(entry.entries, 'if');
  if (found === undefined) {
    translation.findings.error('cerb.key', entry.span, 'Expected `if@bool:` in `while:`, got none');
    return [];
  }
  const when = expression(conditionCode(found, translation));
  const commands = entryOf(entry.entries, 'do')?.entries ?? [];
  const groups = commands.map((command) => translation.commands([command], translation));
  const nested = groups.reduceRight<Step[]>((rest, group) => {
    return rest.length === 0 ? group : [...group, ifStep(when, rest)];
  }, []);
  return [{ while: when, do: nested }];
}

/** `error:` ends the run as failed. Who called the webhook sees 404 and nothing more, as with Cerb. */
export function fail(entry: KataEntry, translation: Translation): Step[] {
  const message = entryOf(entry.entries, 'message') ?? entry;
  const shown = expression(toCodeText(message, translation));
  const steps: Step[] = [{ fail: shown === '' ? 'The automation failed.' : shown }];
  return translation.trigger === 'webhook' ? [{ respond: { status: 404 } }, ...steps] : steps;
}

function toCodeText(entry: KataEntry, translation: Translation): Code {
  if (entry.text === undefined) {
    refuse(translation, 'cerb.value', entry.span, `Expected a text in \`${entry.key}:\`, got none`);
    return constant('');
  }
  return toCode(readValue(entry, translation));
}

/** Entries of a command that are not among its own keys. */
export function checkKeys(
  entry: KataEntry,
  known: readonly string[],
  translation: Translation,
): void {
  for (const child of entry.entries) {
    if (known.includes(child.type)) continue;
    translation.findings.error(
      'cerb.key',
      child.span,
      `Expected a key of \`${entry.type}:\`, got \`${child.key}:\``,
      {
        hint: `It has ${known.map((name) => `\`${name}:\``).join(', ')}.`,
      },
    );
  }
}
