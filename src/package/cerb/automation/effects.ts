import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { type Code, constant } from '../twig/code.ts';
import { body } from './control.ts';
import { ifStep, type Step, type Translation } from './translation.ts';

/** The keys that every command with effects has. */
export const EFFECT_KEYS: readonly string[] = [
  'inputs',
  'output',
  'on_simulate',
  'on_success',
  'on_error',
];

/** The variable that gets a command's result, if it has one. */
export function outputOf(entry: KataEntry): string | undefined {
  const name = plainText(entryOf(entry.entries, 'output'))?.trim();
  return name === '' ? undefined : name;
}

/** The command's inputs. */
export function inputsOf(entry: KataEntry): readonly KataEntry[] {
  return entryOf(entry.entries, 'inputs')?.entries ?? [];
}

/**
 * Puts `on_success:` and `on_error:` around the steps of a command. Where it fails and has `on_error:`, its
 * output is `{ error }` and the run goes on. Errors inside the two are not the command's.
 *
 * @param succeeded whether it worked, where its steps may end without an error and still have not
 */
export function withHandlers(
  entry: KataEntry,
  steps: readonly Step[],
  translation: Translation,
  succeeded?: Code,
): Step[] {
  if (entryOf(entry.entries, 'on_simulate') !== undefined) {
    const span = (entryOf(entry.entries, 'on_simulate') as KataEntry).span;
    translation.findings.warning(
      'cerb.changed',
      span,
      'Expected no `on_simulate:`, got some commands',
      {
        hint: 'They are left out. Write a test instead: `NAME.test.yaml`.',
      },
    );
  }
  const { scope } = translation;
  const output = outputOf(entry);
  if (output !== undefined) scope.ready(output);
  const hasError = entryOf(entry.entries, 'on_error') !== undefined;
  if (!hasError) return [...steps, ...body(entry, 'on_success', translation)];
  const flag = scope.helper(`${output ?? entry.type.replace('.', '_')}_ok`);
  const done = succeeded ?? constant(true);
  const worked = done.constant === true ? true : `\${{ ${done.code} }}`;
  const failed: Record<string, unknown> = { [flag]: false };
  if (output !== undefined) failed[scope.nameOf(output)] = { error: '${{ error.message }}' };
  const attempt: Step = {
    try: [...steps, { set: { [flag]: worked } }],
    catch: [{ set: failed }],
  };
  const success = body(entry, 'on_success', translation);
  const error = body(entry, 'on_error', translation);
  if (success.length > 0)
    return [attempt, ifStep(`\${{ ${flag} }}`, success, error.length > 0 ? error : undefined)];
  return error.length > 0 ? [attempt, ifStep(`\${{ !${flag} }}`, error)] : [attempt];
}
