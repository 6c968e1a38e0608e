/**
 * Every diagnostic that `validate` and the compiler give, with what it is about. Codes are stable: tools
 * and people search for them.
 */
export const DIAGNOSTICS = {
  'yaml.syntax': 'The file is not YAML 1.2.',
  'yaml.encoding': 'Bytes that are no UTF-8: the character U+FFFD stands in their place.',
  'yaml.unquoted':
    'An unquoted text that YAML reads as something else; `validate --fix` quotes it.',
  'yaml.duplicate_key': 'A key that stands twice in one map.',
  'yaml.documents': 'More than one document in a file.',
  'yaml.directive': 'A `%` directive at the head of the file.',
  'yaml.alias': 'An alias, an anchor or a merge key (`*x`, `&x`, `<<`).',
  'yaml.tag': 'A tag such as `!!str` or `!mine`.',
  'yaml.key': 'A key that is not a text.',
  'yaml.too_long': 'A file larger than the language allows.',
  'yaml.too_deep': 'Lists and maps nested deeper than the language allows.',
  'value.type': 'A value of another type than its key expects.',
  'value.invalid': 'A value of the right type that its key does not allow.',
  'value.inexact':
    'A number with more digits than JavaScript’s numbers keep, or with a `+` or `0` before it, which they lose.',
  'key.unknown': 'A key that does not exist here.',
  'key.missing': 'A key that must be there.',
  'key.conflict': 'Keys that exclude each other.',
  'step.unknown': 'A step without a known keyword.',
  'step.ambiguous': 'A step with two keywords.',
  'step.parallel': 'A `return` inside `parallel`.',
  'step.unreachable': 'A step after `return` or `fail`.',
  'trigger.unfit':
    'An answer where nobody waits for one, a function’s value in another automation, or an input that nobody gives.',
  'policy.invalid': 'A pattern of the policy that is not one.',
  'policy.missing': 'An effect or a secret that the policy does not allow.',
  'policy.unused': 'A pattern of the policy that no step can use.',
  'limit.exceeded': 'A limit above what the language allows.',
  'condition.plain': 'A condition without `${{ … }}`, which would be a text and always true.',
  'condition.mixed': 'A condition or list with text beside its `${{ … }}`.',
  'name.unknown': 'A name that is nowhere set.',
  'name.later': 'A name that is set only further down.',
  'name.parallel': 'A name that is set in another branch of the same `parallel`.',
  'name.reserved': 'A variable that is called as something that exists already.',
  'name.invalid': 'A variable whose name is not one.',
  'name.assigned': 'An assignment in an expression, or to something that is not a variable.',
  'member.unknown':
    'A member that `request`, `webhook`, `event`, `inputs` or the library does not have.',
  'secrets.unavailable': '`secrets` in the condition of a binding, which has no policy.',
  'secret.compared': 'A secret that is compared with `==` or its like; `safeEqual` compares.',
  'expression.syntax': 'An expression that is not JavaScript.',
  'expression.empty': 'An empty `${{ }}`.',
  'expression.unclosed': 'A `${{` without its `}}`.',
  'expression.effect': 'An effect in an expression; it belongs in a step or a `run` block.',
  'expression.await': '`await` in an expression; it belongs in a `run` block.',
  'expression.too_long': 'An expression that is longer than the language allows.',
  'expression.too_deep': 'An expression that nests deeper than the language allows.',
  'expression.too_many_names': 'An expression that declares more names than the language allows.',
  'script.not_awaited': 'An effect in a `run` block whose result nothing waits for.',
  'script.syntax': 'A `run` block that is not JavaScript.',
  'script.import': '`import` or `export` in JavaScript.',
  'script.eval': '`eval` in JavaScript.',
  'script.with': 'The `with` statement in JavaScript.',
  'script.debugger': 'The `debugger` statement in JavaScript.',
  'script.too_long': 'A `run` block that is longer than the language allows.',
  'script.too_deep': 'A `run` block that nests deeper than the language allows.',
  'script.too_many_names': 'A `run` block that declares more names than the language allows.',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

export function isDiagnosticCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(DIAGNOSTICS, code);
}
