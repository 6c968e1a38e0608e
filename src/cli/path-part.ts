/** A text that a person gave as one part of a URL's path. */
export function pathPart(text = ''): string {
  // A URL's parser removes parts of dots even when they are encoded, and an empty one is another path.
  // All three become what no webhook, event or automation is called.
  return /^\.{0,2}$/.test(text) ? `%20${text}` : encodeURIComponent(text);
}
