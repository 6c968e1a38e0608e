/**
 * A text as a YAML scalar that YAML reads back as it is: plain where that is safe, else in the quotes that
 * need no escapes, else in double quotes. Line breaks become spaces, as in a folded plain scalar.
 */
export function writeScalar(content: string, inFlow: boolean): string {
  const text = content.replace(/[ \t]*[\r\n]+[ \t]*/g, ' ').trim();
  if (isPlain(text, inFlow)) return text;
  if (!/["\\]/.test(text)) return `"${text}"`;
  if (!text.includes("'")) return `'${text}'`;
  return `"${escapeDouble(text)}"`;
}

export function escapeDouble(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function isPlain(text: string, inFlow: boolean): boolean {
  if (!/^[$A-Za-z_]/.test(text) || text.endsWith(':') || /: |\s#/.test(text)) return false;
  return !inFlow || !/[,[\]{}]/.test(text);
}
