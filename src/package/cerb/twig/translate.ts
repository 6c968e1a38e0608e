import { type Code, constant } from './code.ts';
import { joined, translate } from './expressions.ts';
import { parseTemplate } from './parse-template.ts';
import { Locals, type TemplateReport, type TemplateScope } from './scope.ts';
import { isPlain, printedCode, renderCode } from './statements.ts';
import { type Part, type PartOf, TwigError } from './tree.ts';

/** Characters of a template: what an automation may have at most. */
const TEMPLATE_CHARACTERS_MAX = 1024 * 1024;

/** A template in the form that is read best. */
export type Translated =
  | { readonly kind: 'plain'; readonly text: string }
  /** `{{ … }}` and nothing else. The value, of which Twig prints the text. */
  | { readonly kind: 'single'; readonly value: Code }
  /** Texts with values between them. */
  | { readonly kind: 'mixed'; readonly parts: readonly Code[] }
  /** What statements print, as one expression. */
  | { readonly kind: 'rendered'; readonly value: Code };

/**
 * Translates a template of Cerb's Twig. What cannot be translated is told to the report, with its place in
 * the template, and gives `undefined`. Never throws.
 */
export function translateTemplate(
  template: string,
  scope: TemplateScope,
  report: TemplateReport,
): Translated | undefined {
  if (template.length > TEMPLATE_CHARACTERS_MAX) {
    const message = `Expected at most ${TEMPLATE_CHARACTERS_MAX} characters of a template, got more`;
    report.error('twig.syntax', { start: 0, end: 1 }, message);
    return undefined;
  }
  if (!/\{[{%#]/.test(template)) return { kind: 'plain', text: template };
  try {
    return translated(parseTemplate(template), scope, report);
  } catch (error) {
    if (error instanceof TwigError)
      report.error(error.code, error.place, error.message, error.hint);
    else if (error instanceof RangeError) {
      report.error('twig.syntax', { start: 0, end: 1 }, 'Expected a template that nests less');
    } else throw error;
    return undefined;
  }
}

function translated(
  parts: readonly Part[],
  scope: TemplateScope,
  report: TemplateReport,
): Translated {
  const context = { locals: new Locals(scope), report, translate };
  if (!isPlain(parts)) return { kind: 'rendered', value: renderCode(parts, context) };
  if (parts.every(({ kind }) => kind === 'raw')) {
    return { kind: 'plain', text: parts.map((part) => (part as PartOf<'raw'>).text).join('') };
  }
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'output') {
    return { kind: 'single', value: translate(first.value, context) };
  }
  return { kind: 'mixed', parts: parts.map((part) => printedCode(part, context)) };
}

/** A translated template as one expression that gives its text. */
export function textCode(found: Translated): Code {
  switch (found.kind) {
    case 'plain':
      return constant(found.text);
    case 'single':
      return joined([found.value]);
    case 'mixed':
      return joined(found.parts);
    case 'rendered':
      return found.value;
  }
}
