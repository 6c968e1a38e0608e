import { HookwrightError } from '../core/errors.ts';
import type { Binding } from '../core/webhook.ts';

type Draft = { -readonly [Key in keyof Binding]: Binding[Key] };

/**
 * Bindings as they grow while the command line is read from left to right: `--automation` and `--also`
 * begin one, `--when` and `--input` belong to the one before them.
 */
export class Bindings {
  readonly list: Draft[] = [];

  begin(automation: string, also: boolean): void {
    this.list.push(also ? { automation, also } : { automation });
  }

  /** A condition, with or without its `${{ … }}`, which shells make hard to type. */
  when(condition: string): void {
    const binding = this.#last('--when');
    if (binding.when !== undefined) {
      throw usage(`Expected one --when for ${binding.automation}, got two.`, 'Join them with &&.');
    }
    const text = condition.trim();
    binding.when = text.includes('${{') ? text : `\${{ ${text} }}`;
  }

  /** `name=value`; a value that is JSON is read as such, anything else is a text. */
  input(given: string): void {
    const binding = this.#last('--input');
    binding.inputs = withInput(binding.inputs ?? {}, given);
  }

  #last(flag: string): Draft {
    const last = this.list.at(-1);
    if (last !== undefined) return last;
    throw usage(
      `Expected --automation or --also before ${flag}, got ${flag} first.`,
      `${flag} belongs to the automation named before it.`,
    );
  }
}

/** Inputs with one more, given as `NAME=VALUE`. Throws `usage.invalid`. */
export function withInput(
  inputs: Readonly<Record<string, unknown>>,
  given: string,
): Readonly<Record<string, unknown>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) {
    throw usage(
      `Expected --input to be NAME=VALUE, got ${JSON.stringify(given)}.`,
      'Such as --input warehouse=main or --input tags=\'["a","b"]\'.',
    );
  }
  // A Map keeps `__proto__` an ordinary name until it is one of an object without a prototype.
  return Object.fromEntries(new Map(Object.entries(inputs)).set(name, jsonOrText(value)));
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function usage(message: string, next: string): HookwrightError {
  return new HookwrightError('usage.invalid', message, { next });
}
