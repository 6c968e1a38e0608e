import type { HookSettings } from '../core/hook.ts';
import type { BodyTemplate } from './body.ts';
import type { Template } from './template.ts';

/** How the requests of hooks are shaped, as data: what one of `profiles/*.yaml` says. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  /** Whether its hooks must have an https URL. */
  readonly isHttpsOnly: boolean;
  /** What a hook has where it is not told otherwise. */
  readonly defaults: ProfileDefaults;
  /** By name, in order; the first is the default. */
  readonly formats: readonly Format[];
  /** Headers of every request, pings excepted. */
  readonly headers: readonly Header[];
  /** A map of headers in the data, which come last. */
  readonly headersFrom?: Template;
  /** What the data may change of the URL, within its origin. */
  readonly url?: { readonly replace?: Template; readonly append?: Template };
  /** What GET and DELETE send instead of a body; the first that fits. */
  readonly query: readonly QueryRule[];
  readonly sign?: Signing;
  /** What the first activation, and a ping by hand, sends; absent: a signed message like any other. */
  readonly ping?: Format;
}

export type ProfileDefaults = Pick<
  HookSettings,
  'method' | 'success' | 'timeoutMs' | 'retryMs' | 'failuresMax' | 'failingMs' | 'concurrency'
>;

export interface Header {
  readonly name: string;
  readonly value: Template;
}

/** One form of the body. */
export interface Format {
  readonly name: string;
  readonly contentType: string;
  readonly encoding: 'json' | 'form' | 'text';
  readonly headers: readonly Header[];
  /** The first whose topics fit; the last has none and fits all. */
  readonly bodies: readonly { readonly topic?: readonly string[]; readonly body: BodyTemplate }[];
  /** Members of the body's object that are left out. */
  readonly without: readonly string[];
  /** Whether members of the body's object that are null are left out. */
  readonly isCompact: boolean;
}

export interface QueryRule {
  /** A template and the text that it must give. */
  readonly when?: { readonly value: Template; readonly is: string };
  readonly value: Template;
}

/** Which bytes are signed, with which key, and how it is written. */
export interface Signing {
  readonly header: string;
  readonly hash: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'base64' | 'hex';
  /**
   * `standard`: `whsec_` and base64 of the key (Standard Webhooks 1.0.0). `text`: the secret's UTF-8.
   * `html`: the same after HTML's character references are undone, as WordPress does.
   */
  readonly key: 'standard' | 'text' | 'html';
  /** With `{body}` for the bytes of the body. */
  readonly content: Template;
  /** With `{signature}`. */
  readonly value: Template;
  /** Between the signatures of two secrets while both are valid; absent: only the new one signs. */
  readonly separator?: string;
}
