/**
 * What a token may do. `messages`: `POST /api/v1/messages`, under any topic. `track`: the tracking API, whose
 * topics all begin with `rudderstack.`; such a token may be public, as in an app.
 */
export const TOKEN_SCOPES = ['messages', 'track'] as const;

export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** A credential of a program that calls the API. */
export interface ApiToken {
  /** `tok_` and 26 characters. */
  readonly id: string;
  readonly name: string;
  /** At least one, in the order of `TOKEN_SCOPES`. */
  readonly scopes: readonly TokenScope[];
  /**
   * SHA-256 of the token, in hex. It has 160 random bits: no slow hash is needed, and the token itself is
   * stored nowhere.
   */
  readonly digest: string;
  readonly createdAt: number;
}
