/** Characters of a part of a URL's path from which on it is taken for a credential, where it has digits. */
const CREDENTIAL_LENGTH_MIN = 16;

/** Whether a URL looks as if it were a secret: one with a query, or a long part of letters and digits. */
export function bearsCredentials(url: string): boolean {
  const { search, pathname } = new URL(url);
  const isLong = (part: string): boolean =>
    part.length >= CREDENTIAL_LENGTH_MIN && /\d/.test(part) && /[A-Za-z]/.test(part);
  return search !== '' || pathname.split('/').some(isLong);
}
