import type { Environment } from './read-config.ts';

/** The variables of this process. No other folder reads `process.env`. */
export function processEnvironment(): Environment {
  return process.env;
}
