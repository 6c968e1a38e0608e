import { type Document, isNode, isScalar, parseDocument, visit } from 'yaml';
import { formatSize } from '../../core/quantity.ts';
import type { Report } from '../report.ts';
import { Conversion } from './convert.ts';
import { judge, type Misreadings, mask } from './misread.ts';
import { NESTING_MAX, nestingExcess } from './nesting.ts';
import { scanScalars } from './scan.ts';
import { reportSyntaxErrors } from './syntax-error.ts';
import type { YamlNode } from './tree.ts';

/** Bytes of one automation's file: a hundred times the longest that people keep in one file. */
export const FILE_BYTES_MAX: number = 256 * 1024;

/**
 * Reads one YAML 1.2 document. What is wrong goes to the report; as much of the tree as can be used comes
 * back, so that later checks find their mistakes too. `undefined` where there is nothing to use.
 *
 * @param bytesMax the most that the text may have
 */
export function readYaml(report: Report, bytesMax: number = FILE_BYTES_MAX): YamlNode | undefined {
  const { text } = report.source;
  if (!isReadable(report, bytesMax)) return undefined;
  warnOfLostBytes(report);
  const first = compose(text);
  const misreadings = judge(scanScalars(text), scalarsOf(first), report);
  const document = misreadings.size === 0 ? first : recompose(text, misreadings);
  if (document === undefined) return undefined;
  reportSyntaxErrors(document.errors, report);
  refuseDirectives(report);
  if (!isNode(document.contents)) return undefined;
  return new Conversion(report, misreadings).node(document.contents);
}

/** The guards that must come before composing. */
function isReadable(report: Report, bytesMax: number): boolean {
  const { text } = report.source;
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) {
    const message = `Expected at most ${formatSize(bytesMax)}, got ${bytes} bytes`;
    report.error('yaml.too_long', { start: 0, end: 1 }, message, {
      hint: 'Split it into several automations, or keep data elsewhere.',
    });
    return false;
  }
  const excess = nestingExcess(text);
  if (excess === undefined) return true;
  report.error(
    'yaml.too_deep',
    { start: excess, end: excess + 1 },
    `Expected at most ${NESTING_MAX} lists and maps inside each other, got more`,
  );
  return false;
}

/** What reads files puts U+FFFD where bytes are no UTF-8; a file in Latin-1 would run without its umlauts. */
function warnOfLostBytes(report: Report): void {
  const start = report.source.text.indexOf('\ufffd');
  if (start < 0) return;
  const message = 'Expected a file in UTF-8, got bytes that are none';
  report.warning('yaml.encoding', { start, end: start + 1 }, message, {
    hint: 'Save it as UTF-8. The character U+FFFD itself is written `"\\ufffd"`.',
  });
}

function compose(text: string): Document.Parsed {
  return parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false, // Checked while converting, where both places are known.
    prettyErrors: false,
    logLevel: 'error', // 'silent' would also keep quiet about a second document.
  });
}

/** Reads again with the misread scalars masked; masking must not nest what did not nest before. */
function recompose(text: string, misreadings: Misreadings): Document.Parsed | undefined {
  const masked = mask(text, misreadings);
  return nestingExcess(masked) === undefined ? compose(masked) : undefined;
}

/** Whether the document has a scalar that covers a span: then YAML read it as one text. */
function scalarsOf(document: Document.Parsed): (span: { start: number; end: number }) => boolean {
  const ends = new Map<number, number>();
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && node.range) ends.set(node.range[0], node.range[1]);
    },
  });
  const wrong = Uint32Array.from(document.errors, ({ pos }) => pos[0]).sort();
  return ({ start, end }) => {
    const read = ends.get(start);
    if (read === undefined || read < end) return false;
    const next = wrong[firstFrom(wrong, start)];
    return next === undefined || next >= end;
  };
}

/** Index of the first number of a sorted list that is not less than `least`. */
function firstFrom(sorted: Uint32Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function refuseDirectives(report: Report): void {
  const directive = /^%.*/.exec(report.source.text);
  if (directive === null) return;
  report.error(
    'yaml.directive',
    { start: 0, end: directive[0].length },
    'Expected a document, got a directive',
    {
      hint: 'Automations are YAML 1.2 without directives: delete the line, and the `---` after it.',
    },
  );
}
