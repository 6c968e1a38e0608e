// RFC 9110, sections 5.6.2 and 8.3.1; a `*` stands for a whole subtype, or for what is before its suffix.
const PATTERN = /^[a-z0-9!#$&^_.+-]+\/(?:\*(?:\+[a-z0-9.-]+)?|[a-z0-9!#$&^_.+-]+)$/;

/** Whether a text is a media type in lower case, or a pattern of some: `text/*`, `application/*+json`. */
export function isMediaTypePattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * Whether a `content-type` fits one of the patterns. Its parameters do not count.
 *
 * @param contentType `undefined` fits nothing
 */
export function fitsMediaType(
  patterns: readonly string[],
  contentType: string | undefined,
): boolean {
  if (contentType === undefined) return false;
  const type = mediaTypeOf(contentType);
  return patterns.some((pattern) => {
    const star = pattern.indexOf('*');
    if (star === -1) return pattern === type;
    const suffix = pattern.slice(star + 1);
    return (
      type.startsWith(pattern.slice(0, star)) &&
      type.endsWith(suffix) &&
      type.length >= pattern.length
    );
  });
}

/** The type and subtype of a `content-type`, in lower case. */
function mediaTypeOf(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}
