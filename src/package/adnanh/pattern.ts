/** Classes of Go's patterns by name, as what stands between JavaScript's brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** One piece of a pattern; what none of them fits stands for itself. */
const PIECE =
  /\(\?P?<(?=[A-Za-z_])|\[:(\^?\w+):\]|\\x\{([0-9A-Fa-f]+)\}|\\[pP]\{\w+\}|\\([pP]\w)|\\([\s\S])|\{\d+(?:,\d*)?\}|\[\^?\]?|[\]{}]/gu;

/** Flags within a pattern: newer versions of Node have them, and the sandbox has not. */
const INNER_FLAGS = /\(\?[imsU-]+[:)]/;

/** What no pattern of JavaScript's with `u` may have. */
const INVALID = '\\!';

/**
 * A pattern of Go (RE2) as JavaScript's, with its flags; `undefined` where JavaScript has no such pattern. Without
 * `u`, JavaScript takes what it does not know, such as `\z`, for the letter alone, and the rule would say another
 * thing without a word: it is asked with `u` whatever the result needs.
 */
export function goPattern(written: string): { pattern: string; flags: string } | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(written)?.[1] ?? '';
  const body = written.replace(/^\(\?[ims]+\)/, '');
  const pattern = translated(body, flags.includes('m'));
  if (INNER_FLAGS.test(body)) return undefined;
  try {
    new RegExp(pattern, `${flags}u`);
  } catch {
    return undefined;
  }
  // What is none of some characters is a whole one.
  const needsUnicode = /\\u\{|\\[pP]\{|[^\0-\x7f]|\.|\[\^|\\[SDW]/.test(pattern);
  return { pattern, flags: needsUnicode ? `${flags}u` : flags };
}

function translated(body: string, isByLine: boolean): string {
  let isInClass = false;
  return body.replace(PIECE, (piece, name, code, property, escaped) => {
    if (name !== undefined && isInClass) return CLASSES[name] ?? INVALID;
    if (code !== undefined) return `\\u{${code}}`;
    if (property !== undefined) return `\\${property[0]}{${property[1]}}`;
    if (escaped === '-' && !isInClass) return '-';
    if (escaped !== undefined) return unescaped(escaped, piece, isByLine);
    if (isInClass) {
      // `[` is no beginning there, and the first `]` the end.
      isInClass = !piece.endsWith(']');
      return piece.startsWith('[') ? `\\${piece}` : piece;
    }
    if (piece.startsWith('(')) return '(?<';
    if (piece.startsWith('[')) {
      isInClass = true;
      // Right behind it, `]` is one of the characters.
      return piece.replace(']', '\\]');
    }
    return piece.length === 1 ? `\\${piece}` : piece;
  });
}

/** The ends of the text, the bell, and punctuation that needs no `\` there and may have none here. */
function unescaped(escaped: string, piece: string, isByLine: boolean): string {
  if (escaped === 'A') return isByLine ? '(?<![\\s\\S])' : '^';
  if (escaped === 'z') return isByLine ? '(?![\\s\\S])' : '$';
  if (escaped === 'a') return '\\x07';
  return /[ !"#%&',:;<=>@_`~]/.test(escaped) ? escaped : piece;
}
