import { RUN_LIMITS, RUN_LIMITS_MAX } from '../../core/limits.ts';
import { formatDuration, formatSize } from '../../core/quantity.ts';
import { VARIABLE_PATTERN } from './names.ts';
import type { KeySpec, Shape } from './shape.ts';

export const INPUT_TYPES = ['any', 'string', 'number', 'boolean', 'list', 'object'] as const;

const LABEL: Shape = { is: 'label' };

const INPUT: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    {
      name: 'type',
      shape: { is: 'choice', of: INPUT_TYPES },
      doc: 'What a value must be; `any` unless given.',
    },
    {
      name: 'default',
      shape: { is: 'literal' },
      doc: 'The value where none is given; `null` unless this says otherwise.',
    },
    {
      name: 'required',
      shape: { is: 'boolean' },
      doc: 'Whether a value must be given.',
    },
    { name: 'description', shape: LABEL, doc: 'What it is for.' },
  ],
};

/** Patterns of one kind: what a person still reads. Every target is compared with every pattern. */
const PATTERNS_MAX = 200;

function patterns(name: string, doc: string): KeySpec {
  return { name, doc, shape: { is: 'list', of: LABEL, most: PATTERNS_MAX } };
}

const POLICY: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    patterns(
      'http',
      'Methods and URLs that `http` steps may call: `POST https://api.example.com/**`.',
    ),
    patterns('hooks', 'Topics that it may emit and hooks that it may call: `order.*`.'),
    patterns('state', 'Keys of the state that it may read and write: `orders/*`.'),
    patterns('secrets', 'Names of the secrets that it may use.'),
    patterns('functions', 'Names of the functions that it may call: `pricing.*`.'),
  ],
};

const LIMITS: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    limit(
      'timeout',
      { is: 'duration', most: RUN_LIMITS_MAX.timeoutMs },
      RUN_LIMITS.timeoutMs,
      'Time from the start of a run to its end.',
    ),
    limit(
      'cpu',
      { is: 'duration', most: RUN_LIMITS_MAX.cpuMs },
      RUN_LIMITS.cpuMs,
      'Time of execution.',
    ),
    limit(
      'memory',
      { is: 'size', most: RUN_LIMITS_MAX.memoryBytes },
      RUN_LIMITS.memoryBytes,
      'Memory of the script.',
    ),
    limit(
      'output',
      { is: 'size', most: RUN_LIMITS_MAX.outputBytes },
      RUN_LIMITS.outputBytes,
      'Size of the answer.',
    ),
    limit(
      'log',
      { is: 'size', most: RUN_LIMITS_MAX.logBytes },
      RUN_LIMITS.logBytes,
      'Size of what `log` writes.',
    ),
    limit(
      'effects',
      { is: 'integer', least: 0, most: RUN_LIMITS_MAX.effects },
      RUN_LIMITS.effects,
      'Number of effects.',
    ),
  ],
};

function limit(name: string, shape: Shape, usual: number, what: string): KeySpec {
  const say = (amount: number) =>
    shape.is === 'duration'
      ? formatDuration(amount)
      : shape.is === 'size'
        ? formatSize(amount)
        : String(amount);
  const most = 'most' in shape ? shape.most : usual;
  return { name, shape, doc: `${what} ${say(usual)} unless given, at most ${say(most)}.` };
}

const RETRY: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    {
      name: 'attempts',
      shape: { is: 'integer', least: 1, most: 20 },
      doc: 'How often a run is tried, the first time included.',
    },
    {
      name: 'backoff',
      shape: { is: 'choice', of: ['exponential', 'fixed'] },
      doc: 'How the waits between attempts grow.',
    },
  ],
};

/** Expressions of one schedule: days that need more are better told apart by a step. */
const CRON_EXPRESSIONS_MAX = 20;

/** What `automation` may be: the name under which bindings and people refer to it. */
const AUTOMATION_NAME: Shape & { is: 'name' } = {
  is: 'name',
  pattern: '^[A-Za-z0-9._-]+$',
  what: 'a name of letters, digits, `.`, `_` and `-`',
  max: 255,
};

/** The keys of an automation's file. */
export const AUTOMATION: Shape & { is: 'map' } = {
  is: 'map',
  keys: [
    {
      name: 'automation',
      shape: AUTOMATION_NAME,
      required: true,
      doc: 'The name: letters, digits, `.`, `_` and `-`, at most 255. Bindings refer to it.',
    },
    { name: 'description', shape: LABEL, doc: 'What it does, for people.' },
    {
      name: 'kind',
      shape: { is: 'choice', of: ['automation'] },
      doc: 'In packages, which hold other kinds of records too: `automation` unless given.',
    },
    {
      name: 'uid',
      shape: LABEL,
      doc: 'In packages: what other records call it; the name of its file unless given.',
    },
    {
      name: 'inputs',
      shape: {
        is: 'dictionary',
        key: { is: 'name', pattern: VARIABLE_PATTERN, what: 'a name such as `warehouse_id`' },
        of: { is: 'either', of: [{ is: 'choice', of: INPUT_TYPES }, INPUT] },
      },
      doc: 'What a binding may pass in, by name: a type, or a map with the keys below. Steps read them as `inputs.NAME`.',
    },
    {
      name: 'policy',
      shape: POLICY,
      doc: 'What its effects may reach. Nothing unless it is listed here.',
    },
    {
      name: 'limits',
      shape: LIMITS,
      doc: 'What a run may use.',
    },
    {
      name: 'retry',
      shape: RETRY,
      doc: 'How often a background run that failed is tried again.',
    },
    {
      name: 'trigger',
      shape: { is: 'choice', of: ['webhook', 'function', 'topic', 'schedule'] },
      doc: 'What starts it: `webhook` unless given. A `function` is called by other automations, and gives back the `value` of its `return`. `topic` runs it in the background for each message that is emitted under a topic that fits `on`, `schedule` at the times that `on` says.',
    },
    {
      name: 'on',
      shape: { is: 'either', of: [LABEL, { is: 'list', of: LABEL, most: CRON_EXPRESSIONS_MAX }] },
      doc: 'With `trigger: topic`, and required there: the topics, as a pattern such as `order.*`. With `trigger: schedule`, and required there: a cron expression of five fields such as `"0 7 * * 1-5"`, a name such as `"@hourly"`, or a list of them.',
    },
    {
      name: 'timezone',
      shape: LABEL,
      doc: 'With `trigger: schedule`: the IANA name of the time zone in which `on` is read, such as `Europe/Berlin`; `UTC` unless given.',
    },
    {
      name: 'missed',
      shape: { is: 'choice', of: ['run', 'skip'] },
      doc: 'With `trigger: schedule`: whether the last time that passed while no server was running is made up for; `run` unless given.',
    },
    {
      name: 'overlap',
      shape: { is: 'choice', of: ['skip', 'allow'] },
      doc: 'With `trigger: schedule`: whether it runs again while an earlier run of it is still open; `skip` unless given.',
    },
    {
      name: 'steps',
      shape: { is: 'steps' },
      required: true,
      doc: 'What it does, in order.',
    },
  ],
};
