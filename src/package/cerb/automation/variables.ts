import { reservedAs } from '../../../language/table/names.ts';
import { type Code, constant, LEVEL, make } from '../twig/code.ts';
import type { TemplateScope } from '../twig/scope.ts';
import type { ExpressionOf } from '../twig/tree.ts';
import { expression } from './value.ts';

/** What a webhook's automation finds in its dictionary, and how it is had here. */
const FROM_REQUEST: Readonly<Record<string, Code>> = {
  request_method: make('request.method.toUpperCase()', LEVEL.call, 'text'),
  request_path: make('Cerb.path(request.path)', LEVEL.call, 'text'),
  request_headers: make('Cerb.headers(request.headers)', LEVEL.call, 'map'),
  request_params: make('Cerb.params(request.query, request.form)', LEVEL.call, 'map'),
  request_body: make('request.body', LEVEL.call, 'text'),
  request_client_ip: make('request.client.ip', LEVEL.call, 'text'),
  webhook_id: make('webhook.id', LEVEL.call, 'text'),
  webhook_name: make('webhook.name', LEVEL.call, 'text'),
};

/** The expression for a name of the dictionary with which a webhook's automation starts. */
export function requestCode(name: string): Code | undefined {
  return Object.hasOwn(FROM_REQUEST, name) ? FROM_REQUEST[name] : undefined;
}

export interface AutomationNames {
  /** Every variable that some command sets. */
  readonly set: ReadonlySet<string>;
  /** Whether there is a request, with its part of the dictionary. */
  readonly hasRequest: boolean;
  /** Inputs that are declared. */
  readonly inputs: ReadonlySet<string>;
  /** Prompts and placeholders of a package, which are inputs with a default. */
  readonly prompts: ReadonlySet<string>;
  /** The configuration of a workflow: `config.x` and `cerb_workflow_config()` are inputs. */
  readonly config?: ReadonlySet<string>;
}

/** The variables of an automation while it is translated, from its first command to its last. */
export class Variables implements TemplateScope {
  readonly #names: AutomationNames;
  readonly #made = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** The next number of names that are alike: a file may have thousands of them. */
  readonly #counts = new Map<string, number>();
  readonly #ready = new Set<string>();
  readonly #early = new Set<string>();
  readonly #requested = new Map<string, Code>();
  readonly #loops: Map<string, string>[] = [];
  readonly #promptsUsed = new Set<string>();

  constructor(names: AutomationNames) {
    this.#names = names;
    // Before any template has names of its own, which must differ from these.
    for (const name of names.set) this.nameOf(name);
  }

  variable(name: string): Code | undefined {
    for (const loop of [...this.#loops].reverse()) {
      const made = loop.get(name);
      if (made !== undefined) return make(made, LEVEL.call, 'any');
    }
    if (this.#names.set.has(name)) {
      // Our language wants a variable to be set before it is used; in Cerb it is empty until then.
      if (!this.#ready.has(name) && !this.#isRequest(name)) this.#early.add(name);
      return make(this.nameOf(name), LEVEL.call, 'any');
    }
    if (this.#isRequest(name)) {
      const code = requestCode(name) as Code;
      this.#requested.set(name, code);
      return { ...code, code: this.nameOf(name), level: LEVEL.call };
    }
    if (this.#names.prompts.has(name)) return this.#prompt(name);
    if (name === 'inputs' && this.#names.inputs.size > 0) return make('inputs', LEVEL.call, 'map');
    if (name === 'config' && this.#names.config !== undefined) return this.#config();
    return undefined;
  }

  member(name: string, key: string): Code | 'unset' | undefined {
    const { set, inputs, config } = this.#names;
    if (set.has(name)) return undefined;
    if (name === 'inputs')
      return inputs.has(key) ? make(`inputs.${key}`, LEVEL.call, 'any') : 'unset';
    if (name !== 'config' || config === undefined) return undefined;
    return config.has(key) ? this.#prompt(key) : 'unset';
  }

  call({ name, args }: ExpressionOf<'call'>): Code | undefined {
    if (name !== 'cerb_workflow_config' || this.#names.config === undefined) return undefined;
    const [, key] = args;
    if (key?.value.kind !== 'constant' || typeof key.value.value !== 'string')
      return this.#config();
    return this.#names.config.has(key.value.value) ? this.#prompt(key.value.value) : constant(null);
  }

  isTaken(name: string): boolean {
    return this.#taken.has(name) || reservedAs(name) !== undefined;
  }

  /** What a variable is called here: letters, digits and `_`, and no name that exists already. */
  nameOf(name: string): string {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = this.#unique(name);
    this.#made.set(name, made);
    return made;
  }

  /** A name that nothing else has. */
  helper(name: string): string {
    const made = this.#unique(name);
    this.#ready.add(made);
    return made;
  }

  /** Called where a command has set a variable. */
  ready(name: string): void {
    this.#ready.add(name);
  }

  isSet(name: string): boolean {
    return this.#names.set.has(name) || this.#isRequest(name);
  }

  /** Names of a loop, while its commands are translated. */
  within<T>(names: readonly string[], inside: (made: readonly string[]) => T): T {
    const made = names.map((name) => this.#unique(name));
    this.#loops.push(new Map(names.map((name, at) => [name, made[at] as string])));
    const found = inside(made);
    this.#loops.pop();
    for (const name of made) this.#taken.delete(name);
    return found;
  }

  /** What has to be set at the start: what comes from the request, and what is used before it is set. */
  first(): Readonly<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    for (const [name, code] of this.#requested) entries.push([this.nameOf(name), expression(code)]);
    for (const name of this.#early) entries.push([this.nameOf(name), null]);
    return Object.fromEntries(entries);
  }

  get promptsUsed(): ReadonlySet<string> {
    return this.#promptsUsed;
  }

  #isRequest(name: string): boolean {
    return this.#names.hasRequest && requestCode(name) !== undefined && !this.#names.set.has(name);
  }

  #prompt(name: string): Code {
    this.#promptsUsed.add(name);
    return make(`inputs.${name}`, LEVEL.call, 'text');
  }

  #config(): Code {
    const keys = [...(this.#names.config ?? [])];
    const shown = keys.map((key) => `${key}: ${this.#prompt(key).code}`);
    return make(`{ ${shown.join(', ')} }`, LEVEL.object, 'map');
  }

  #unique(name: string): string {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
    let made = plain;
    let count = this.#counts.get(plain) ?? 2;
    for (; this.isTaken(made); count++) made = `${plain}_${count}`;
    this.#counts.set(plain, count);
    this.#taken.add(made);
    return made;
  }
}
