import { CAPABILITIES, type CapabilityDiff } from '../engine/packages/capabilities.ts';
import type { PlanJson, PlanRecordJson } from '../http/api/represent/plan.ts';
import { printable, printableLine, type Style } from './style.ts';

const SIGNS = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  remove: ['-', 'red'],
  keep: ['=', 'dim'],
  conflict: ['!', 'red'],
  unchanged: [' ', 'dim'],
} as const;

const ACTIONS: Readonly<Record<PlanJson['action'], (plan: PlanJson) => string>> = {
  create: ({ package: name, to }) => `${name} ${to}, which is new here`,
  upgrade: ({ package: name, from, to }) => `${name} ${to}, an upgrade from ${from}`,
  downgrade: ({ package: name, from, to }) => `${name} ${to}, a downgrade from ${from}`,
  change: ({ package: name, to }) => `${name} ${to}, changed under the same version`,
  unchanged: ({ package: name, to }) => `${name} ${to}, as it is here already`,
  remove: ({ package: name, from }) => `${name} ${from}, to be removed`,
};

const NAMES: Readonly<Record<(typeof CAPABILITIES)[number], string>> = {
  http: 'calls',
  hooks: 'emits, sends to',
  state: 'state',
  secrets: 'secrets',
  functions: 'functions',
  callers: 'called by',
  schedules: 'schedules',
  topics: 'started by',
  deliveries: 'deliveries',
  secret_hosts: 'secrets go to',
};

/** A plan as people read it: each record with its difference, what is gained and lost, what to know. */
export function planText(plan: PlanJson, style: Style): string {
  const { action, records, capabilities, notes } = plan;
  const shown = records.filter((record) => record.action !== 'unchanged');
  return [
    style('bold', printableLine(ACTIONS[action](plan))),
    ...(shown.length === 0 ? [] : ['', ...shown.map((record) => recordText(record, style))]),
    ...capabilityText(capabilities, style),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `Note: ${printable(note)}`)]),
    '',
    countText(plan),
  ].join('\n');
}

/** What becomes of what is in the way. */
const ENDS: Readonly<Record<PlanRecordJson['action'], string>> = {
  create: 'it is made again',
  change: 'it is replaced',
  remove: 'it goes all the same',
  keep: 'it stays',
  conflict: 'not decided',
  unchanged: '',
};

function recordText({ kind, name, action, reason, diff }: PlanRecordJson, style: Style): string {
  const [sign, colour] = SIGNS[action];
  const why = reason === null ? '' : `: ${reason}; ${ENDS[action]}`;
  const line = style(colour, printableLine(`${sign} ${kind} ${name}${why}`));
  return diff === null ? `  ${line}` : `  ${line}\n${diffText(diff, style)}`;
}

function diffText(diff: string, style: Style): string {
  return printable(diff.trimEnd())
    .split('\n')
    .map((line) => {
      const colour = line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : undefined;
      return `      ${colour === undefined ? line : style(colour, line)}`;
    })
    .join('\n');
}

function capabilityText({ gained, lost }: CapabilityDiff, style: Style): string[] {
  const rows = (title: string, found: CapabilityDiff['gained'], sign: '+' | '-'): string[] => {
    const lines = CAPABILITIES.flatMap((name) =>
      (found[name] ?? []).map((line) => {
        const text = printableLine(`${sign} ${NAMES[name]}: ${line}`);
        return `  ${style(sign === '+' ? 'green' : 'red', text)}`;
      }),
    );
    return lines.length === 0 ? [] : ['', title, ...lines];
  };
  return [...rows('What it can do from then on:', gained, '+'), ...rows('No more:', lost, '-')];
}

/** `2 to create, 1 to change, 3 unchanged`. */
function countText({ counts, applied }: PlanJson): string {
  const words: readonly (readonly [string, string, string])[] = [
    ['create', 'to create', 'created'],
    ['change', 'to change', 'changed'],
    ['remove', 'to remove', 'removed'],
    ['keep', 'kept as found', 'kept as found'],
    ['conflict', 'in the way', 'in the way'],
    ['unchanged', 'unchanged', 'unchanged'],
  ];
  const parts = words.flatMap(([action, planned, done]) =>
    counts[action] === undefined ? [] : [`${counts[action]} ${applied ? done : planned}`],
  );
  return parts.length === 0 ? 'It has no records.' : `${parts.join(', ')}.`;
}
