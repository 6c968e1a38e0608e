import type { Command } from 'commander';
import type { App } from '../../app.ts';
import { addExamples } from '../examples.ts';
import type { Attach, Session } from '../session.ts';
import { addServeSettings } from '../settings-options.ts';
import type { StopSignal, Surroundings } from '../surroundings.ts';
import { curlLine } from '../webhook-text.ts';

/** What shells report for a process that a signal ended: 128 and the signal's number. */
const EXIT_OF_SIGNAL: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

export function addServe(program: Command, attach: Attach): void {
  const command = program
    .command('serve')
    .description('Take requests: load the automations and listen until told to stop.');
  addServeSettings(command);
  addExamples(
    command,
    'hookwright serve',
    'hookwright serve --port 9000 --data-dir /var/lib/hookwright',
    'HOOKWRIGHT_PUBLIC_URL=https://hooks.example.com hookwright serve --trusted-proxies 10.0.0.0/8',
  );
  attach(command, async (session) => {
    const { surroundings } = session;
    const config = session.config();
    const stop = stopRequest(surroundings);
    try {
      const app = await surroundings.startApp(config);
      tellStart(session, app);
      const lost = await Promise.race([stop.requested, app.lost]);
      if (lost !== undefined) {
        // Whoever watches over the process starts another one, which goes on.
        await app.close().catch(() => {});
        throw lost;
      }
      if (surroundings.out.terminal) session.note('stopping; press Ctrl-C again to stop at once.');
      await app.close();
    } finally {
      stop.release();
    }
  });
}

/**
 * The first signal asks to stop, the second ends the process at once. Listened for before the start,
 * so that a signal during it is not lost.
 */
function stopRequest(surroundings: Surroundings): { requested: Promise<void>; release(): void } {
  let release = (): void => {};
  const requested = new Promise<void>((resolve) => {
    let signals = 0;
    release = surroundings.onStop((signal) => {
      signals += 1;
      if (signals > 1) surroundings.exit(EXIT_OF_SIGNAL[signal]);
      resolve();
    });
  });
  return { requested, release: () => release() };
}

function tellStart(session: Session, app: App): void {
  const { out, err } = session.surroundings;
  const first = app.firstWebhook;
  const url = first === undefined ? undefined : `${app.url}/webhooks/${first.token}`;
  if (session.json) {
    out.write(`${JSON.stringify({ url: app.url, first_webhook_url: url ?? null })}\n`);
    return;
  }
  const text: string[] = [];
  if (out.terminal) {
    const { style } = session;
    text.push('', `  ${style('bold', 'Hookwright')} is listening on ${style('cyan', app.url)}`);
  }
  if (url !== undefined) {
    text.push('', '  Here is a webhook to try:', '', `  ${curlLine(url)}`);
  } else if (out.terminal) {
    text.push('  See the webhooks with `hookwright webhook list`, and requests with `event tail`.');
  }
  // Standard output of a service is its log, which stays pure.
  if (text.length > 0) (out.terminal ? out : err).write(`${text.join('\n')}\n\n`);
}
