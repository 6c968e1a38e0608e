import type { Recording } from '../engine/recording.ts';
import type { Difference } from '../engine/replay/compare.ts';
import type { ReplayReport } from '../engine/replay.ts';
import { answerJson } from '../http/api/represent/run.ts';
import { printableLine, type Style } from './style.ts';

/** Characters of a value that are shown: three lines of a terminal. */
const SHOWN_MAX = 240;
/** Characters before the first that differs. */
const BEFORE_DIFFERENCE = 60;

/** For programs: what `run replay --json` prints. */
export function replayJson({ run, revision }: Recording, report: ReplayReport): object {
  const { same, differences, warnings, outcome } = report;
  return {
    run: run.id,
    automation: revision.automation,
    same,
    differences,
    warnings,
    outcome:
      outcome === undefined
        ? null
        : {
            status: outcome.status,
            answer: outcome.answer === undefined ? null : answerJson(outcome.answer),
            value: outcome.value === undefined ? null : (JSON.parse(outcome.value) as unknown),
            failure: outcome.failure ?? null,
            logs: outcome.logs,
          },
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

function differenceText({ at, recorded, replayed }: Difference, style: Style): string {
  const effect = /^effects\[\d+\]$/.test(at);
  const was = recorded === null ? (effect ? '(not in the journal)' : '(none)') : text(recorded);
  const is = replayed === null ? (effect ? '(not asked for)' : '(none)') : text(replayed);
  const from = Math.max(0, firstDifference(was, is) - BEFORE_DIFFERENCE);
  return [
    style('cyan', at),
    `  ${style('red', 'recorded')}  ${excerpt(was, from)}`,
    `  ${style('green', 'replayed')}  ${excerpt(is, from)}`,
  ].join('\n');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** The part of a long text that differs. */
function excerpt(whole: string, from: number): string {
  const start = whole.length > SHOWN_MAX ? from : 0;
  const part = whole.slice(start, start + SHOWN_MAX);
  const after = start + SHOWN_MAX < whole.length ? '…' : '';
  return printableLine(`${start > 0 ? '…' : ''}${part}${after}`);
}
