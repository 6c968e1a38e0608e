import type { ErrorCode, YAMLError } from 'yaml';
import type { Advice, Report } from '../report.ts';

const WORDING: Partial<Record<ErrorCode, readonly [message: string, hint?: string]>> = {
  BLOCK_AS_IMPLICIT_KEY: [
    'Expected one `key: value` in this line, got a second `: `',
    'Put the text in quotes, or the inner key on a line of its own.',
  ],
  TAB_AS_INDENT: ['Expected spaces before the content of a line, got a tab'],
  MULTILINE_IMPLICIT_KEY: ['Expected a key on one line, got a line break before its `:`'],
  BAD_INDENT: ['Expected another indentation', 'Align the line with its neighbours.'],
  BLOCK_IN_FLOW: ['Expected `,` or a closing bracket, got an indented list or map'],
};

/** Reports what the YAML parser refused, one mistake to a line: the others on it are its echo. */
export function reportSyntaxErrors(errors: readonly YAMLError[], report: Report): void {
  const lines = new Set<number>();
  for (const error of errors) {
    const [start, end] = error.pos;
    const line = report.source.line(start);
    if (error.code === 'TAG_RESOLVE_FAILED') {
      reportTag({ start, end }, report);
    } else if (error.code === 'MULTIPLE_DOCS') {
      report.error(
        'yaml.documents',
        { start, end: start + 3 },
        'Expected one document, got a second',
        { hint: 'Put each automation into a file of its own.' },
      );
    } else if (!lines.has(line)) {
      const [message, hint] = WORDING[error.code] ?? [sentence(error.message)];
      const advice: Advice = { hint };
      report.error('yaml.syntax', { start, end }, message, advice);
    }
    lines.add(line);
  }
}

export function reportTag(span: { start: number; end: number }, report: Report): void {
  report.error('yaml.tag', span, 'Expected a value without a tag, got one', {
    hint: 'A text that begins with `!` needs quotes.',
  });
}

/** The parser's own words for what is rare. */
function sentence(message: string): string {
  const plain = message.split('\n', 1)[0] ?? message;
  return plain.replace(/[.:]$/, '');
}
