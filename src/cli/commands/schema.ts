import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';

export function addSchema(program: Command, attach: Attach): void {
  const command = program
    .command('schema')
    .description('Print the JSON Schema of automations, from which editors complete and check.');
  addExamples(command, 'hookwright schema > automation.schema.json');
  attach(command, async (session) => {
    const { automationSchema } = await import('../../language/json-schema.ts');
    session.printJson(automationSchema());
  });
}
