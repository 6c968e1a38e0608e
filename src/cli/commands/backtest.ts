import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { WebhookJson } from '../../http/api/represent.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import type { ApiClient } from '../api-client.ts';
import type { BacktestedEvent } from '../backtest-events.ts';
import {
  type BacktestSummary,
  backtestedJson,
  backtestedText,
  summaryText,
} from '../backtest-text.ts';
import { withInput } from '../bindings.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import { Progress } from '../progress.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { tellMistakes } from '../tell-mistakes.ts';

/** What the process ends with where something differs. */
const DIFFERENT = 1;
/** Events of one backtest: at 5 ms each, a minute. */
const LAST_MAX = 10_000;

interface Given {
  readonly file: string;
  readonly webhook: string;
  readonly last: number;
  readonly against: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export function addBacktest(program: Command, attach: Attach): void {
  const command = program
    .command('backtest')
    .description('Run a draft for captured events, and tell what would differ. Nothing is sent.')
    .argument('<file>', 'the draft of an automation')
    .requiredOption('--webhook <webhook>', 'whose events: its name, id or token')
    .option('--last <number>', `how many events, the newest, 1 to ${LAST_MAX}`, '100')
    .option(
      '--against <automation>',
      'whose runs to compare with; the draft’s own name where absent',
    )
    .option(
      '--input <name=value>',
      'an input in place of what was bound; may be repeated',
      (value: string, inputs: Given['inputs']) => withInput(inputs, value),
      {},
    );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright backtest automations/orders.yaml --webhook orders --last 200',
    'hookwright backtest draft.yaml --webhook orders --against orders.paid --input warehouse=north',
    'hookwright backtest draft.yaml --webhook orders --json | jq \'select(.result == "differs")\'',
  );
  attach(command, async (session, file = '') => {
    const { webhook, last, against, input } = session.options;
    await backtest(session, {
      file,
      webhook: String(webhook),
      last: readLast(last),
      against: typeof against === 'string' ? against : undefined,
      inputs: input as Given['inputs'],
    });
  });
}

async function backtest(session: Session, given: Given): Promise<void> {
  const text = new TextDecoder().decode(await readNamedFile(given.file));
  const { compile } = await import('../../language/compile.ts');
  const { automation: draft, diagnostics } = compile(text, given.file);
  if (draft === undefined) return tellMistakes(session, diagnostics, text);
  if (draft.trigger !== 'webhook') {
    throw new HookwrightError(
      'usage.invalid',
      `Expected an automation that a webhook starts, got one with \`trigger: ${draft.trigger}\`.`,
      { next: 'Backtest the automation that calls it or emits its topic.' },
    );
  }
  const { openSandbox } = await import('../../sandbox/pool.ts');
  await session.withApi(async (api) => {
    const webhook = await api.json<WebhookJson>('GET', `/webhooks/${pathPart(given.webhook)}`);
    const sandbox = await openSandbox({ threads: 1 });
    try {
      await tellEach(session, api, { ...given, draft, webhook, sandbox });
    } finally {
      await sandbox.close();
    }
  });
}

interface Opened extends Omit<Given, 'webhook'> {
  readonly draft: CompiledAutomation;
  readonly webhook: WebhookJson;
  readonly sandbox: Parameters<typeof import('../../engine/backtest.ts').backtestRun>[0]['sandbox'];
}

async function tellEach(session: Session, api: ApiClient, opened: Opened): Promise<void> {
  const { last, draft, webhook } = opened;
  const { backtestEvents } = await import('../backtest-events.ts');
  const progress = new Progress(session.surroundings.err, last, session.json);
  const summary = { same: 0, differs: 0, fails: 0, new: 0, skipped: 0 };
  const against = opened.against ?? draft.name;
  progress.begin();
  try {
    for await (const done of backtestEvents(api, { ...opened, against })) {
      progress.step(() => {
        for (const one of done) tell(session, one, summary);
      });
    }
  } finally {
    progress.end();
  }
  if (summary.differs + summary.fails > 0) session.exitCode = DIFFERENT;
  if (session.json) session.print(JSON.stringify({ summary, webhook: webhook.name, against }));
  else session.print(summaryText(summary, session.style));
}

function tell(
  session: Session,
  one: BacktestedEvent,
  summary: { -readonly [K in keyof BacktestSummary]: number },
): void {
  summary[one.result]++;
  // One line each, because thousands of them together are more than a program wants to wait for.
  session.print(
    session.json ? JSON.stringify(backtestedJson(one)) : backtestedText(one, session.style),
  );
}

function readLast(given: unknown): number {
  const last = /^\d{1,9}$/.test(String(given)) ? Number(given) : 0;
  if (last >= 1 && last <= LAST_MAX) return last;
  throw new HookwrightError(
    'usage.invalid',
    `Expected --last to be a whole number from 1 to ${LAST_MAX}, got ${JSON.stringify(given)}.`,
  );
}
