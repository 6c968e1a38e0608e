import { type ApiToken, TOKEN_SCOPES, type TokenScope } from '../core/api-token.ts';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import { digest, type IdPrefix, makeToken, type Random } from '../core/ids.ts';
import { didYouMean } from '../core/suggest.ts';
import { nameProblems } from './draft.ts';
import type { TokenStore } from './ports.ts';

/** All are held in memory. */
const TOKENS_MAX = 1000;
/** Before the digits, so that tools that look for leaked secrets know it. */
const PREFIX = 'hwt_';

export interface TokenDraft {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
}

export interface TokensParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly random?: Random;
}

/** The tokens of programs, in memory and written through to the store as digests. */
export class Tokens {
  readonly #parts: TokensParts;
  /** Looked up by digest, so that the time it takes tells nothing of a token. */
  readonly #byDigest = new Map<string, ApiToken>();

  private constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  static async open(parts: TokensParts): Promise<Tokens> {
    const tokens = new Tokens(parts);
    for (const token of await parts.store.tokens()) tokens.#byDigest.set(token.digest, token);
    return tokens;
  }

  /** By name. */
  list(): readonly ApiToken[] {
    return [...this.#byDigest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The one that a caller gave. */
  find(text: string): ApiToken | undefined {
    return this.#byDigest.get(digest(text));
  }

  /** By id or name. Throws `token.not_found` with a suggestion. */
  get(ref: string): ApiToken {
    const all = this.list();
    const token = all.find(({ name }) => name === ref) ?? all.find(({ id }) => id === ref);
    if (token !== undefined) return token;
    const names = all.map(({ name }) => name);
    throw new HookwrightError(
      'token.not_found',
      `Expected the name or id of a token, got "${ref}".`,
      { next: didYouMean(ref, names) ?? 'List them with `hookwright token list`.' },
    );
  }

  /**
   * Makes a token. Its text is given this once.
   *
   * @throws HookwrightError `token.invalid` with every problem, `token.name_taken`
   */
  async create(draft: TokenDraft): Promise<{ readonly token: ApiToken; readonly text: string }> {
    const { store, clock, makeId, random } = this.#parts;
    const problems = [
      ...nameProblems(draft.name),
      ...(draft.scopes.length > 0 ? [] : ['Expected a scope, got none.']),
      ...(this.#byDigest.size < TOKENS_MAX
        ? []
        : [`Expected at most ${TOKENS_MAX} tokens, got one more.`]),
    ];
    if (problems.length > 0) throw new HookwrightError('token.invalid', problems.join(' '));
    const text = PREFIX + makeToken(random);
    const createdAt = clock();
    const token: ApiToken = {
      id: makeId('tok', createdAt),
      name: draft.name,
      scopes: TOKEN_SCOPES.filter((scope) => draft.scopes.includes(scope)),
      digest: digest(text),
      createdAt,
    };
    await store.createToken(token);
    this.#byDigest.set(token.digest, token);
    return { token, text };
  }

  /** Returns what was deleted: it opens nothing from now on. Throws `token.not_found`. */
  async delete(ref: string): Promise<ApiToken> {
    const token = this.get(ref);
    await this.#parts.store.deleteToken(token.id);
    this.#byDigest.delete(token.digest);
    return token;
  }
}
