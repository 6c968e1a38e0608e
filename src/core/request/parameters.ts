/** A header value of the form `value; name=value; name="value"`. */
export interface ParameterizedValue {
  /** What stands before the first `;`, in lower case. */
  readonly value: string;
  /** Parameters by lower-case name, quoted ones as they stand between their quotes; the first of a name wins. */
  readonly parameters: ReadonlyMap<string, string>;
}

// RFC 9110, sections 5.6.2 (token) and 5.6.6 (parameters); empty parameters are passed over.
const PARAMETER = /\s*;\s*(?:([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/sy;

/** Reads `content-type` and `content-disposition`; `undefined` where the syntax is broken. */
export function parseParameters(header: string): ParameterizedValue | undefined {
  const semicolon = header.indexOf(';');
  const value = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (semicolon === -1) return { value, parameters };
  const rest = header.slice(semicolon).trimEnd();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < rest.length) {
    const match = PARAMETER.exec(rest);
    if (match === null) return undefined;
    const name = match[1]?.toLowerCase();
    if (name === undefined || parameters.has(name)) continue;
    parameters.set(name, match[2] ?? match[3] ?? '');
  }
  return { value, parameters };
}

/** A quoted string without its backslashes (RFC 9110, section 5.6.4). */
export function unescapeQuoted(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
