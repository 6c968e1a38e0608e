/** A token, such as a method or the name of a header (RFC 9110, section 5.6.2). */
export const HTTP_TOKEN: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What the value of a header may be: no line ends, and of control characters the tab alone (section 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
export const HEADER_VALUE: RegExp = /^[^\0-\x08\x0a-\x1f\x7f]*$/;
