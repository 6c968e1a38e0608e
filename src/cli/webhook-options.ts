import type { Command } from 'commander';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';
import { Bindings } from './bindings.ts';
import type { Options, Session } from './session.ts';
import { readWebhookFile } from './webhook-file.ts';

/** What `--unset` may name, with what the API takes for "the usual". */
const UNSET: Readonly<Record<string, unknown>> = {
  description: '',
  bindings: [],
  methods: null,
  'content-types': null,
  paths: null,
  limits: null,
  map: null,
  forward: null,
  account: null,
  source: null,
};

/** The options of `webhook create` and `webhook edit`, read into what the API takes. */
export class WebhookOptions {
  readonly #bindings = new Bindings();
  readonly #map = new Map<string, string>();
  readonly #secrets = new Map<string, string>();

  /** Gives a command the options. */
  addTo(command: Command): Command {
    const bindings = this.#bindings;
    return command
      .option('--file <file>', 'its settings as YAML or JSON, - for standard input; flags win')
      .option('--automation <name>', 'an automation to run; may be repeated', (name: string) =>
        bindings.begin(name, false),
      )
      .option('--also <name>', 'one to run in the background besides, never answering', (name) =>
        bindings.begin(name, true),
      )
      .option(
        '--when <expression>',
        'run the automation before it only where this is true',
        (text) => bindings.when(text),
      )
      .option(
        '--input <name=value>',
        'an input of the automation before it; JSON or text',
        (text) => bindings.input(text),
      )
      .option('--respond <mode>', 'run: answer with what the run returns; ack: answer at once')
      .option('--description <text>', 'what it is for')
      .option('--account <name>', 'a name for this sender, of a-z, 0-9 and _')
      .option('--source <name>', 'who calls, and how that is proven, such as github')
      .option(
        '--secret <[role=]name>',
        'the stored secret that its sender has too; may be repeated',
        (text: string) => this.#proveBy(text),
      )
      .option('--methods <list>', 'methods to take, such as POST,PUT; others get 405')
      .option('--content-types <list>', 'types of bodies to take, such as application/json')
      .option('--paths', 'take requests to paths below the URL, as is usual')
      .option('--no-paths', 'take none: they get 404')
      .option('--rate <rate>', 'requests to take, such as 100/min; more get 429')
      .option('--rate-per-client <rate>', 'the same for each client address; none for no limit')
      .option('--concurrent <number>', 'requests to take at once; more get 429')
      .option('--map <name=path>', 'a value of event.data, such as id=json.order.id', (text) =>
        this.#mapTo(text),
      )
      .option('--forward <topic>', 'emit each request under this topic');
  }

  #proveBy(given: string): void {
    const [, role = 'secret', name = given] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
    this.#secrets.set(role, name);
  }

  #mapTo(given: string): void {
    const [, name, path] = /^([^=]+)=(.+)$/s.exec(given) ?? [];
    if (name === undefined || path === undefined) {
      throw usage(
        `Expected --map to be NAME=PATH, got ${JSON.stringify(given)}.`,
        'Such as --map id=json.order.id or --map topic=headers.x-topic.',
      );
    }
    this.#map.set(name, path);
  }

  /**
   * The body of a request to the API. Throws `usage.invalid`.
   *
   * @param given what the command takes besides
   * @param current the source that the webhook has, which a secret alone is for
   */
  async draft(
    session: Session,
    given: Readonly<Record<string, unknown>>,
    current: () => Promise<unknown> = async () => undefined,
  ): Promise<object> {
    const { options } = session;
    const { file } = options;
    const written = typeof file === 'string' ? await readWebhookFile(session, file) : {};
    const source = await this.#source(options.source, written.source ?? current);
    const flags = defined({ ...this.#flags(options), source, ...given });
    return { ...written, ...flags, ...this.#limits(options, written.limits) };
  }

  #flags(options: Options): Readonly<Record<string, unknown>> {
    const { description, respond, account, methods, contentTypes, paths, forward } = options;
    if (respond !== undefined && respond !== 'run' && respond !== 'ack') {
      throw usage(`Expected --respond to be run or ack, got ${JSON.stringify(respond)}.`);
    }
    const bindings = this.#bindings.list;
    return {
      description,
      respond,
      account,
      methods: listOf(methods),
      content_types: listOf(contentTypes),
      paths,
      forward,
      bindings: bindings.length === 0 ? undefined : bindings,
      map: this.#map.size === 0 ? undefined : Object.fromEntries(this.#map),
    };
  }

  /** @param before the source that a file or the webhook has: secrets alone change only those */
  async #source(preset: unknown, before: unknown): Promise<unknown> {
    if (preset !== undefined) return { preset, secrets: Object.fromEntries(this.#secrets) };
    if (this.#secrets.size === 0) return undefined;
    const source = typeof before === 'function' ? await before() : before;
    if (!isObject(source)) {
      throw usage('Expected a source beside --secret, got none.', 'Such as --source github.');
    }
    const secrets = isObject(source.secrets) ? source.secrets : {};
    const [sole, ...others] = Object.keys(secrets);
    const isSole = sole !== undefined && others.length === 0;
    // Where there is one secret, it needs no role to be meant.
    const given = [...this.#secrets].map(([role, name]) => [
      role === 'secret' && isSole ? sole : role,
      name,
    ]);
    return { ...source, secrets: { ...secrets, ...Object.fromEntries(given) } };
  }

  #limits({ rate, ratePerClient, concurrent }: Options, written: unknown): object {
    if (concurrent !== undefined && !/^\d{1,9}$/.test(String(concurrent))) {
      throw usage(`Expected --concurrent to be a whole number, got ${JSON.stringify(concurrent)}.`);
    }
    const count = concurrent === undefined ? undefined : Number(concurrent);
    const flags = defined({ rate, per_client: ratePerClient, concurrent: count });
    if (Object.keys(flags).length === 0) return {};
    return { limits: { ...(isObject(written) ? written : {}), ...flags } };
  }
}

/** What the API is to be given for each setting that `--unset` names. Throws `usage.invalid`. */
export function unsetOf(list: unknown): Readonly<Record<string, unknown>> {
  const names = listOf(list) ?? [];
  return Object.fromEntries(
    names.map((name) => {
      if (Object.hasOwn(UNSET, name)) return [name.replace('-', '_'), UNSET[name]];
      const known = Object.keys(UNSET);
      const message = `Expected --unset to name some of ${known.join(', ')}, got ${JSON.stringify(name)}.`;
      throw usage(message, didYouMean(name, known));
    }),
  );
}

/** The items of a text such as `POST,PUT`. */
function listOf(text: unknown): string[] | undefined {
  if (typeof text !== 'string') return undefined;
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function usage(message: string, next?: string): HookwrightError {
  return new HookwrightError('usage.invalid', message, next === undefined ? {} : { next });
}
