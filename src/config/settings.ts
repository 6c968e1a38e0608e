import { ANSWER_DEADLINE_MS, BODY_BYTES_MAX } from '../core/limits.ts';
import { formatDuration, formatSize } from '../core/quantity.ts';
import type { Config } from './config.ts';
import {
  baseUrl,
  duration,
  entries,
  folder,
  hostName,
  mailAddress,
  oneOf,
  publicKeys,
  type Reader,
  ranges,
  rate,
  secretKey,
  size,
  smtpUrl,
  wholeNumber,
} from './values.ts';

/** What defaults depend on, read once by the caller. */
export interface Machine {
  readonly cores: number;
}

/** One row of the table from which variables, flags, `--help` and the page of settings are made. */
export interface Setting<Name extends keyof Config = keyof Config> {
  readonly name: Name;
  readonly variable: `HOOKWRIGHT_${string}`;
  /** Absent where the value is confidential: arguments are visible to every user of the machine. */
  readonly flag?: `--${string}`;
  /** What stands for the value in `--help`. */
  readonly placeholder: string;
  readonly reader: Reader<NonNullable<Config[Name]>>;
  /** Read like a value that a person gave; absent where the setting is unset unless given. */
  readonly fallback?: (machine: Machine) => string;
  /** The fallback in words, where it depends on the machine. */
  readonly fallbackText?: string;
  readonly description: string;
  /** `serve`: concerns a running server only. `all`: where data is and what URLs look like. */
  readonly scope: 'all' | 'serve';
}

/** Reachable from this machine alone until someone decides otherwise: a new server has no TLS. */
const HOST = '127.0.0.1';
/** Free on most machines, and needs no privilege. */
const PORT = 8420;
/** Both stand beside each other where the command was started, as in a checkout. */
const DATA_DIR = './data';
const AUTOMATIONS_DIR = './automations';
/** About an eighth of a second of work at 8,000 requests a second; more only lengthens the wait. */
const REQUESTS_MAX = 1000;
/** A thread that a hostile script hangs is lost until the outside deadline; another must be free. */
const SANDBOX_THREADS_LEAST = 2;
/** Above this, the one thread that takes requests is the limit and not the sandboxes. */
const SANDBOX_THREADS_DEFAULT_MOST = 8;
/** As many as hold a connection of the outbound client (256) each, so that none waits for one for long. */
const RUNS_MAX = 256;
/** Runs that wait cost no memory; each has about 5 kB on disk, and this many end at 500 MB. */
const RUNS_PENDING_MAX = 100_000;
/** Beside the automations, as in a checkout. */
const PROFILES_DIR = './profiles';
/** Sockets: with those of `http` effects well under the 1,024 file descriptors that a process often has. */
const DELIVERIES_MAX = 384;
/** Mail servers refuse mail without a sender; this one can be told apart and not answered. */
const MAIL_FROM = 'hookwright@localhost';
/** A server that was off over a holiday still makes Monday’s report; what is older nobody waits for. */
const SCHEDULE_LATE_MS = 7 * 86_400_000;
/** `docker stop` kills 10 s after SIGTERM. What has not ended by then is taken up at the next start. */
const SHUTDOWN_MS = 9_000;
/** Stripe tries again for three days, longer than any other sender that ships. */
const DUPLICATE_MS = 3 * 86_400_000;
/** A month: long enough to find out that something went wrong with an invoice. */
const RETENTION_MS = 30 * 86_400_000;
/** A million bodies of 5 kB: fits the smallest disks on which people rent servers. */
const RETENTION_BYTES = 5 * 1024 ** 3;

/** One core is for taking requests and one for the store, which mostly waits for the disk. */
function threads({ cores }: Machine): number {
  return Math.min(SANDBOX_THREADS_DEFAULT_MOST, Math.max(SANDBOX_THREADS_LEAST, cores - 1));
}

export const SETTINGS: { readonly [Name in keyof Config]: Setting<Name> } = {
  host: {
    name: 'host',
    variable: 'HOOKWRIGHT_HOST',
    flag: '--host',
    placeholder: 'address',
    reader: hostName,
    fallback: () => HOST,
    description: 'Address to listen on; 0.0.0.0 or :: for every interface.',
    scope: 'all',
  },
  port: {
    name: 'port',
    variable: 'HOOKWRIGHT_PORT',
    flag: '--port',
    placeholder: 'number',
    reader: wholeNumber(0, 65_535),
    fallback: () => String(PORT),
    description: 'Port to listen on; 0 takes a free one.',
    scope: 'all',
  },
  dataDir: {
    name: 'dataDir',
    variable: 'HOOKWRIGHT_DATA_DIR',
    flag: '--data-dir',
    placeholder: 'folder',
    reader: folder,
    fallback: () => DATA_DIR,
    description: 'Folder of the database. One server at a time may use it.',
    scope: 'all',
  },
  secretKey: {
    name: 'secretKey',
    variable: 'HOOKWRIGHT_SECRET_KEY',
    placeholder: 'key',
    reader: secretKey,
    fallbackText: 'the file secret.key in the data folder',
    description: 'Key under which secrets are encrypted: 32 bytes as base64 or hex.',
    scope: 'all',
  },
  automationsDir: {
    name: 'automationsDir',
    variable: 'HOOKWRIGHT_AUTOMATIONS_DIR',
    flag: '--automations-dir',
    placeholder: 'folder',
    reader: folder,
    fallback: () => AUTOMATIONS_DIR,
    description:
      'Folder of the automations, loaded at the start and again when a file changes; it may be made later.',
    scope: 'all',
  },
  sourcesDir: {
    name: 'sourcesDir',
    variable: 'HOOKWRIGHT_SOURCES_DIR',
    flag: '--sources-dir',
    placeholder: 'folder',
    reader: folder,
    fallbackText: 'sources, where there is such a folder',
    description: 'Folder of your own sources, which come beside or before those that ship.',
    scope: 'all',
  },
  packageKeys: {
    name: 'packageKeys',
    variable: 'HOOKWRIGHT_PACKAGE_KEYS',
    flag: '--package-keys',
    placeholder: 'keys',
    reader: publicKeys,
    fallbackText: 'none, and packages need no signature',
    description: 'Public keys, one of which must have signed a package that is imported.',
    scope: 'all',
  },
  trustedProxies: {
    name: 'trustedProxies',
    variable: 'HOOKWRIGHT_TRUSTED_PROXIES',
    flag: '--trusted-proxies',
    placeholder: 'ranges',
    reader: ranges,
    fallback: () => '',
    fallbackText: 'none',
    description:
      'IP ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas.',
    scope: 'serve',
  },
  publicUrl: {
    name: 'publicUrl',
    variable: 'HOOKWRIGHT_PUBLIC_URL',
    flag: '--public-url',
    placeholder: 'url',
    reader: baseUrl,
    fallbackText: 'the address of the server',
    description: 'What callers see in front of /webhooks/…, such as https://hooks.example.com.',
    scope: 'all',
  },
  bodyBytesMax: {
    name: 'bodyBytesMax',
    variable: 'HOOKWRIGHT_BODY_MAX',
    flag: '--body-max',
    placeholder: 'size',
    // The sandbox's memory ends at 256 MB, and a body there takes several times its size.
    reader: size('1kB', '64MB'),
    fallback: () => formatSize(BODY_BYTES_MAX),
    description: 'Largest body of a request; a larger one is answered 413.',
    scope: 'serve',
  },
  answerDeadlineMs: {
    name: 'answerDeadlineMs',
    variable: 'HOOKWRIGHT_ANSWER_DEADLINE',
    flag: '--answer-deadline',
    placeholder: 'duration',
    reader: duration('100ms', '5m'),
    fallback: () => formatDuration(ANSWER_DEADLINE_MS),
    description:
      'After this a caller gets the acknowledgement, and the run goes on in the background.',
    scope: 'serve',
  },
  requestsMax: {
    name: 'requestsMax',
    variable: 'HOOKWRIGHT_REQUESTS_MAX',
    flag: '--requests-max',
    placeholder: 'number',
    reader: wholeNumber(1, 100_000),
    fallback: () => String(REQUESTS_MAX),
    description: 'Requests under way at once; one more is answered 503.',
    scope: 'serve',
  },
  clientRate: {
    name: 'clientRate',
    variable: 'HOOKWRIGHT_CLIENT_RATE',
    flag: '--client-rate',
    placeholder: 'rate',
    reader: rate,
    // None: large senders call from few addresses, and behind an unknown proxy all callers have one.
    fallbackText: 'none',
    description:
      'Requests of one client address to one webhook, such as 100/min; more are answered 429. A webhook’s own limit wins.',
    scope: 'serve',
  },
  sandboxThreads: {
    name: 'sandboxThreads',
    variable: 'HOOKWRIGHT_SANDBOX_THREADS',
    flag: '--sandbox-threads',
    placeholder: 'number',
    reader: wholeNumber(1, 64),
    fallback: (machine) => String(threads(machine)),
    fallbackText: `cores less one, from ${SANDBOX_THREADS_LEAST} to ${SANDBOX_THREADS_DEFAULT_MOST}`,
    description:
      'Threads that run automations. With one, a script that hangs holds up all others until its deadline.',
    scope: 'serve',
  },
  runsMax: {
    name: 'runsMax',
    variable: 'HOOKWRIGHT_RUNS_MAX',
    flag: '--runs-max',
    placeholder: 'number',
    reader: wholeNumber(1, 10_000),
    fallback: () => String(RUNS_MAX),
    description: 'Runs with effects worked on at once; others in the background wait their turn.',
    scope: 'serve',
  },
  runsPendingMax: {
    name: 'runsPendingMax',
    variable: 'HOOKWRIGHT_RUNS_PENDING_MAX',
    flag: '--runs-pending-max',
    placeholder: 'number',
    reader: wholeNumber(1, 100_000_000),
    fallback: () => String(RUNS_PENDING_MAX),
    description: 'Runs queued, running or waiting; with more, requests are answered 503.',
    scope: 'serve',
  },
  scheduleLateMs: {
    name: 'scheduleLateMs',
    variable: 'HOOKWRIGHT_SCHEDULE_LATE',
    flag: '--schedule-late',
    placeholder: 'duration',
    reader: duration('0s', '365d'),
    fallback: () => formatDuration(SCHEDULE_LATE_MS),
    description:
      'How late a time of a schedule may still be run that passed while no server was running.',
    scope: 'serve',
  },
  egressAllow: {
    name: 'egressAllow',
    variable: 'HOOKWRIGHT_EGRESS_ALLOW',
    flag: '--egress-allow',
    placeholder: 'entries',
    reader: entries,
    fallback: () => '',
    fallbackText: 'none',
    description:
      'Private addresses that effects may reach: addresses, ranges and hosts, separated by commas.',
    scope: 'serve',
  },
  egressDeny: {
    name: 'egressDeny',
    variable: 'HOOKWRIGHT_EGRESS_DENY',
    flag: '--egress-deny',
    placeholder: 'entries',
    reader: entries,
    fallback: () => '',
    fallbackText: 'none',
    description: 'Where effects may never go: addresses, ranges and hosts, separated by commas.',
    scope: 'serve',
  },
  profilesDir: {
    name: 'profilesDir',
    variable: 'HOOKWRIGHT_PROFILES_DIR',
    flag: '--profiles-dir',
    placeholder: 'folder',
    reader: folder,
    fallback: () => PROFILES_DIR,
    description: 'Folder of own profiles of hooks, read at the start; it need not exist.',
    scope: 'all',
  },
  deliveriesMax: {
    name: 'deliveriesMax',
    variable: 'HOOKWRIGHT_DELIVERIES_MAX',
    flag: '--deliveries-max',
    placeholder: 'number',
    reader: wholeNumber(3, 10_000),
    fallback: () => String(DELIVERIES_MAX),
    description:
      'Deliveries attempted at once; a third is for hooks that answer fast, and never for others.',
    scope: 'serve',
  },
  smtpUrl: {
    name: 'smtpUrl',
    variable: 'HOOKWRIGHT_SMTP_URL',
    placeholder: 'url',
    reader: smtpUrl,
    fallbackText: 'none: no mail is sent',
    description:
      'Where alerts about hooks are mailed through: smtp://user:password@host:587, or smtps://….',
    scope: 'serve',
  },
  mailFrom: {
    name: 'mailFrom',
    variable: 'HOOKWRIGHT_MAIL_FROM',
    flag: '--mail-from',
    placeholder: 'address',
    reader: mailAddress,
    fallback: () => MAIL_FROM,
    description: 'Sender of alerts.',
    scope: 'serve',
  },
  shutdownMs: {
    name: 'shutdownMs',
    variable: 'HOOKWRIGHT_SHUTDOWN_TIMEOUT',
    flag: '--shutdown-timeout',
    placeholder: 'duration',
    reader: duration('0s', '10m'),
    fallback: () => formatDuration(SHUTDOWN_MS),
    description: 'How long a stopping server waits for what is under way.',
    scope: 'serve',
  },
  duplicateMs: {
    name: 'duplicateMs',
    variable: 'HOOKWRIGHT_DUPLICATE_WINDOW',
    flag: '--duplicate-window',
    placeholder: 'duration',
    reader: duration('0s', '30d'),
    fallback: () => formatDuration(DUPLICATE_MS),
    description: 'How long the id that a sender gave recognises the same request; 0s for never.',
    scope: 'serve',
  },
  retentionMs: {
    name: 'retentionMs',
    variable: 'HOOKWRIGHT_RETENTION',
    flag: '--retention',
    placeholder: 'duration',
    reader: duration('1m', '3650d'),
    fallback: () => formatDuration(RETENTION_MS),
    description: 'Age at which events and their runs are deleted.',
    scope: 'serve',
  },
  retentionBytes: {
    name: 'retentionBytes',
    variable: 'HOOKWRIGHT_RETENTION_SIZE',
    flag: '--retention-size',
    placeholder: 'size',
    reader: size('1MB', '1000000GB'),
    fallback: () => formatSize(RETENTION_BYTES),
    description: 'Bytes of stored bodies above which the oldest events are deleted.',
    scope: 'serve',
  },
  logLevel: {
    name: 'logLevel',
    variable: 'HOOKWRIGHT_LOG_LEVEL',
    flag: '--log-level',
    placeholder: 'level',
    reader: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    fallback: () => 'info',
    description: 'Least level that is logged: debug, info, warn, error or silent.',
    scope: 'serve',
  },
  logFormat: {
    name: 'logFormat',
    variable: 'HOOKWRIGHT_LOG_FORMAT',
    flag: '--log-format',
    placeholder: 'format',
    reader: oneOf('auto', 'json', 'text'),
    fallback: () => 'auto',
    description: 'Lines of json or text; auto is text on a terminal and json otherwise.',
    scope: 'serve',
  },
};

/** In the order of the table. */
export const SETTING_LIST: readonly Setting[] = Object.values(SETTINGS) as unknown as Setting[];

/** A setting's default in words. */
export function fallbackText(setting: Setting): string {
  return setting.fallbackText ?? setting.fallback?.({ cores: 1 }) ?? 'none';
}
