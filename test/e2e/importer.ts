import { expect } from 'vitest';
import type { Program } from './program.ts';

export type Json = Record<string, any>;

interface Content {
  readonly version?: string;
  readonly records?: readonly object[];
  readonly prompts?: readonly object[];
  readonly placeholders?: readonly object[];
}

/** A package in one document. */
export function pack(name: string, content: Content): string {
  const { version = '1.0.0', records = [], prompts = [], placeholders = [] } = content;
  const configure = { prompts, placeholders };
  return JSON.stringify({ package: name, version, configure, records });
}

export function automation(name: string, answer: string, policy = ''): object {
  const text = `automation: ${name} # kept\n${policy}steps:\n  - return: { text: "${answer}" }\n`;
  return { kind: 'automation', uid: name, text };
}

export function webhook(name: string, automationName: string, more = ''): object {
  const text = `kind: webhook\nname: ${name}\nbindings:\n  - automation: ${automationName}\n${more}`;
  return { kind: 'webhook', uid: `x-${name}`.replace(/ .*/, ''), text };
}

export function hook(name: string, more: string): object {
  const text = `kind: hook\nname: ${name}\nurl: https://example.com/in\n${more}`;
  return { kind: 'hook', uid: `y-${name}`, text };
}

/** `kind name: action` of every record, with the conflict. */
export function told({ records }: Json): string[] {
  return records.map(
    ({ kind, name, action, conflict }: Json) =>
      `${kind} ${name}: ${action}${conflict === null ? '' : ` (${conflict})`}`,
  );
}

/** What packages are done with on a server. */
export class Importer {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  import(document: string, more: Json = {}): Promise<Json> {
    return this.#program.api('POST', '/packages', { document, ...more });
  }

  plan(document: string, more: Json = {}): Promise<Json> {
    return this.import(document, { ...more, dry_run: true });
  }

  /** The error of a request that has to fail. */
  async refusal(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await this.#program.fetchApi(method, path, body);
    expect(response.ok).toBe(false);
    return ((await response.json()) as Json).error;
  }

  async named(kind: 'webhooks' | 'hooks' | 'automations', name: string): Promise<Json> {
    const { [kind]: list } = await this.#program.api('GET', `/${kind}`);
    return list.find((one: Json) => one.name === name);
  }
}
