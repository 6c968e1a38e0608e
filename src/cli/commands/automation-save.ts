import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { AutomationJson } from '../../http/api/represent/automation.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { countDiagnostics, tellDiagnostics } from '../tell-diagnostics.ts';

export function addAutomationSave(parent: Command, attach: Attach): void {
  const command = parent
    .command('save')
    .description(
      'Store an automation, or change one that is stored, such as one of a package. Those of the automations folder are changed there.',
    )
    .argument('<file>', 'its text, which has its name; `-` is standard input');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright automation save orders.yaml',
    'hookwright automation show shop.orders --json | jq -r .source > orders.yaml',
  );
  attach(command, async (session, file = '-') => {
    const bytes =
      file === '-' ? await session.surroundings.input.read() : await readNamedFile(file);
    const name = file === '-' ? 'standard input' : file;
    const source = Buffer.from(bytes).toString();
    const automation = await nameIn(session, source, name);
    await session.withApi(async (api) => {
      const path = `/automations/${pathPart(automation)}`;
      const saved = await api.json<AutomationJson>('PUT', path, { source });
      session.show(saved, () => `${saved.name} is saved, as revision ${saved.revision}.`);
    });
  });
}

/** The name that a text has. Throws `automation.invalid` after everything that is wrong with it was told. */
async function nameIn(session: Session, source: string, file: string): Promise<string> {
  const { compile } = await import('../../language/compile.ts');
  const { automation, diagnostics } = compile(source, file);
  if (!session.json) tellDiagnostics(session, { diagnostics, sources: new Map([[file, source]]) });
  if (automation !== undefined) return automation.name;
  throw new HookwrightError(
    'automation.invalid',
    `Expected ${file} to have no mistakes, got ${countDiagnostics(diagnostics)}.`,
    { next: `\`hookwright validate\` tells all of them.` },
  );
}
