import { parseArgs } from 'node:util';
import { BOUNDARIES, type Boundary } from './kill.ts';
import { playWorlds, summary } from './worlds.ts';

const HELP = `Kills the built server again and again, and checks that it keeps its promises.

  npm run durability -- [--kills N] [--seed N] [--kills-per-world N] [--at TEXT]

  --kills            how often; 500 unless given
  --seed             of the first world; a failed world plays again with its own seed and --kills 50
  --kills-per-world  lives on one data folder; 50 unless given
  --at               only at boundaries whose name has this text, such as attempt: while it delivers

Exit code 0: all promises kept; 1: some broken; 2: the arguments were not understood.
`;

const KILLS = 500;
/** A world needs its first start, the making of its webhooks, and one kill under load. */
const KILLS_LEAST = 3;
const BAR_CHARACTERS = 30;

/** Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stdout.write(options);
    return options === HELP ? 0 : 2;
  }
  const { kills, seed } = options;
  process.stdout.write(`${kills} kills, seed ${seed}\n`);
  let done = 0;
  const verdicts = await playWorlds({ ...options, onKill: () => draw(++done, kills) });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(`${summary(verdicts)}\n`);
  return verdicts.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly killsPerWorld?: number;
  readonly boundaries: readonly Boundary[];
}

/** A text says what is wrong, or is the help. */
function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string' },
        seed: { type: 'string' },
        'kills-per-world': { type: 'string' },
        at: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return HELP;
    const perWorld = values['kills-per-world'];
    return {
      kills: whole('--kills', values.kills, KILLS_LEAST) ?? KILLS,
      seed: whole('--seed', values.seed, 0) ?? Date.now() % 1_000_000,
      boundaries: boundariesWith(values.at ?? ''),
      ...(perWorld === undefined
        ? {}
        : { killsPerWorld: whole('--kills-per-world', perWorld, KILLS_LEAST) as number }),
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${HELP}`;
  }
}

function boundariesWith(text: string): readonly Boundary[] {
  const found = BOUNDARIES.filter((name) => name.includes(text));
  if (found.length > 0) return found;
  throw new Error(`Expected --at to be in one of ${BOUNDARIES.join(', ')}; got ${text}.`);
}

function whole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`Expected ${name} to be a whole number from ${least}, got ${text}.`);
}

function draw(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.floor((done / all) * BAR_CHARACTERS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CHARACTERS - filled);
  process.stderr.write(`\r${bar} ${done} of ${all} kills`);
}
