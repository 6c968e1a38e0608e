import type { Findings } from '../../convert/findings.ts';
import type { KataText } from '../kata/tree.ts';
import type { TemplateReport } from '../twig/scope.ts';

/** Tells what is wrong with a template that stands in KATA, with its place there. */
export function reportIn(text: KataText, findings: Findings): TemplateReport {
  const span = ({ start, end }: { readonly start: number; readonly end: number }) => {
    const first = text.offset(start);
    return { start: first, end: Math.max(first + 1, text.offset(Math.max(start, end - 1)) + 1) };
  };
  return {
    error: (code, place, message, hint) =>
      findings.error(code, span(place), message, hint === undefined ? {} : { hint }),
    warning: (code, place, message, hint) =>
      findings.warning(code, span(place), message, hint === undefined ? {} : { hint }),
  };
}
