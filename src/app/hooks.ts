import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { readVersion } from '../config/version.ts';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { IdPrefix } from '../core/ids.ts';
import { installedFile } from '../core/installation.ts';
import type { Log } from '../core/log.ts';
import { systemTimer } from '../core/timer.ts';
import { topicEvent } from '../core/topic-event.ts';
import type { Vault } from '../core/vault.ts';
import { Deliverer } from '../engine/deliver/deliverer.ts';
import type { Subscriptions } from '../engine/effects/internal.ts';
import type { AttemptNotice, OpenFeed } from '../engine/feed.ts';
import { Alerts } from '../engine/hooks/alerts.ts';
import { Hooks } from '../engine/hooks/hooks.ts';
import type { Store } from '../engine/ports.ts';
import type { Turns } from '../engine/turns.ts';
import { type ProfileFile, Profiles } from '../hook/profiles.ts';
import { openMailer } from '../mail/smtp.ts';
import type { OutboundOptions, openOutbound } from '../outbound/open.ts';
import type { Open } from './open.ts';

/** What ships. */
const SHIPPED = fileURLToPath(installedFile(import.meta.url, 'profiles'));
/** Files of one folder of profiles; more is another folder. */
const PROFILES_MAX = 1000;
/** Connections beyond those of attempts: idle ones that are kept to be used again. */
const IDLE_CONNECTIONS = 128;

export interface HookParts {
  readonly config: Config;
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly turns: Turns;
}

/**
 * The hooks of the data folder, with Hookwright's profiles and the operator's.
 *
 * @throws HookwrightError `profile.invalid`, `config.invalid`
 */
export async function openHooks({
  config,
  store,
  vault,
  clock,
  makeId,
  turns,
}: HookParts): Promise<Hooks> {
  const shipped = await readProfiles(SHIPPED);
  // A checkout's own folder is the default one as well.
  const own = (await readProfiles(config.profilesDir)).filter(
    ({ text }) => !shipped.some((file) => file.text === text),
  );
  const profiles = new Profiles(own, shipped);
  return Hooks.open({ store, vault, profiles, clock, makeId, random: randomBytes, turns });
}

async function readProfiles(dir: string): Promise<readonly ProfileFile[]> {
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new HookwrightError('config.invalid', `Expected a readable folder, got ${dir}.`, {
      next: 'Set HOOKWRIGHT_PROFILES_DIR or --profiles-dir to a folder of profiles.',
      cause: error,
    });
  }
  if (names.length > PROFILES_MAX) {
    throw new HookwrightError(
      'config.invalid',
      `Expected at most ${PROFILES_MAX} profiles in ${dir}, got ${names.length}.`,
    );
  }
  return Promise.all(
    names.map(async (file) => ({ file, text: await readFile(join(dir, file), 'utf8') })),
  );
}

export interface DeliveringParts {
  readonly config: Config;
  readonly store: Store;
  readonly hooks: Hooks;
  readonly log: Log;
  readonly clock: Clock;
  readonly attempts: OpenFeed<AttemptNotice>;
  readonly subscriptions: Subscriptions;
  readonly openOutbound: typeof openOutbound;
  readonly egress: Pick<OutboundOptions, 'allow' | 'deny' | 'ownListeners'>;
  /** Where this server is, as callers see it. */
  readonly source: () => string;
}

/** What sends deliveries and mails of alerts. Each begins with what an earlier process left when it is told. */
export interface Delivering {
  readonly deliverer: Deliverer;
  /** Absent where there is no mail server. */
  readonly alerts: Alerts | undefined;
}

export function makeDelivering(parts: DeliveringParts, open: Open): Delivering {
  const { config, store, hooks, log, clock, attempts, subscriptions, source } = parts;
  const connections = config.deliveriesMax + IDLE_CONNECTIONS;
  // Of its own, so that receivers that hang never keep `http` effects from a connection. All connections
  // may go to one address: many hooks are of one host, and each has its own limit.
  const outbound = parts.openOutbound({
    ...parts.egress,
    limits: { connections, connectionsPerAddress: connections, lookups: connections },
  });
  open.add(() => outbound.close());
  const alerts = openAlerts(parts, open);
  const fastMax = Math.floor(config.deliveriesMax / 3);
  const deliverer = new Deliverer({
    store,
    hooks,
    outbound,
    profileOf: (hook) => hooks.profileOf(hook),
    clock,
    timer: systemTimer,
    random: Math.random,
    source,
    version: readVersion(),
    log,
    owner: randomUUID(),
    limits: { fastMax, slowMax: config.deliveriesMax - fastMax },
    mails: alerts !== undefined,
    starts: (topic) => subscriptions.has(topic),
    attempted: (attempt, delivery) => attempts.publish(attempt, delivery),
    notify: (notices) => {
      for (const notice of notices) {
        const { depth } = notice;
        if (depth !== undefined) subscriptions.take(topicEvent({ ...notice, depth }));
      }
      alerts?.look();
    },
  });
  for (const hook of hooks.list()) {
    const reason = hooks.holdReason(hook.id);
    if (reason !== undefined) log.write('error', 'hook.held', { hook: hook.name, reason });
    if (alerts === undefined && hook.alerts.length > 0) {
      log.write('warn', 'hook.alerts_unsent', {
        hook: hook.name,
        reason: 'no HOOKWRIGHT_SMTP_URL',
      });
    }
  }
  return { deliverer, alerts };
}

function openAlerts(
  { config, store, hooks, clock, log }: DeliveringParts,
  open: Open,
): Alerts | undefined {
  const { smtpUrl, mailFrom } = config;
  if (smtpUrl === undefined) return undefined;
  const mailer = openMailer(smtpUrl, mailFrom);
  const alerts = new Alerts({ store, hooks, mailer, clock, timer: systemTimer, log });
  open.add(() => alerts.close());
  return alerts;
}
