import { formatDiagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Profile } from './profile.ts';
import { readProfile } from './read-profile.ts';

export interface ProfileFile {
  readonly file: string;
  readonly text: string;
}

/** The profiles by name. */
export class Profiles {
  readonly #byName: ReadonlyMap<string, Profile>;

  /** Throws `profile.invalid` with every mistake of every file; a later file may not take a name. */
  constructor(files: readonly ProfileFile[]) {
    const byName = new Map<string, Profile>();
    const mistakes: string[] = [];
    for (const { file, text } of files) {
      const { profile, diagnostics } = readProfile(file, text);
      if (profile === undefined) {
        mistakes.push(...diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text)));
      } else if (byName.has(profile.name)) {
        mistakes.push(`${file}: Expected a name that no other profile has, got ${profile.name}.`);
      } else byName.set(profile.name, profile);
    }
    if (mistakes.length > 0) {
      throw new HookwrightError('profile.invalid', mistakes.join('\n'), {
        next: 'docs/hooks.md has every key of a profile, and its examples.',
      });
    }
    this.#byName = byName;
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()].sort();
  }

  /** `undefined` where there is none of this name (any more). */
  find(name: string): Profile | undefined {
    return this.#byName.get(name);
  }

  /** Throws `hook.invalid` with a suggestion. */
  get(name: string): Profile {
    const profile = this.find(name);
    if (profile !== undefined) return profile;
    throw new HookwrightError(
      'hook.invalid',
      `Expected one of the profiles ${this.names.join(', ')}; got "${name}".`,
      { next: didYouMean(name, this.names) ?? 'Put its file into the folder of profiles.' },
    );
  }
}
