import type { Recording } from '../engine/recording.ts';
import type { Difference } from '../engine/replay/compare.ts';
import type { ReplayReport } from '../engine/replay.ts';
import { outcomeJson } from '../http/api/represent-trace.ts';
import { excerpts } from './excerpt.ts';
import { printableLine, type Style } from './style.ts';

/** For programs: what `run replay --json` prints. */
export function replayJson({ run, revision }: Recording, report: ReplayReport): object {
  const { same, differences, warnings, outcome } = report;
  return {
    run: run.id,
    automation: revision.automation,
    same,
    differences,
    warnings,
    outcome: outcome === undefined ? null : outcomeJson(outcome),
  };
}

/** For people: one line where all is the same, each difference with both sides otherwise. */
export function replayText(
  { run, revision, journal }: Recording,
  { same, differences }: ReplayReport,
  style: Style,
): string {
  const name = `${style('bold', run.id)} ${printableLine(revision.automation)}`;
  if (same) {
    const effects = `${journal.length} ${journal.length === 1 ? 'effect' : 'effects'}`;
    return `${name} ${style('green', 'replays the same')}, with ${effects}.`;
  }
  const places = `${differences.length} ${differences.length === 1 ? 'place' : 'places'}`;
  const head = `${name} ${style('red', 'differs')} in ${places}.`;
  return [head, ...differences.map((difference) => differenceText(difference, style))].join('\n\n');
}

/** What a difference is of, and both sides. */
export function differenceText({ at, recorded, replayed }: Difference, style: Style): string {
  const effect = /^effects\[\d+\]$/.test(at);
  const was = recorded === null ? (effect ? '(not in the journal)' : '(none)') : text(recorded);
  const is = replayed === null ? (effect ? '(not asked for)' : '(none)') : text(replayed);
  const [one, other] = excerpts(was, is);
  return [
    style('cyan', at),
    `  ${style('red', 'recorded')}  ${one}`,
    `  ${style('green', 'replayed')}  ${other}`,
  ].join('\n');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
