import { expect, test } from 'vitest';
import { Automations } from '../../src/engine/automations.ts';
import type { AutomationStore } from '../../src/engine/ports.ts';
import { RememberingLog } from './parts.ts';

const NOTHING: AutomationStore = {
  saveAutomation: async () => {},
  removeAutomation: async () => {},
  automations: async () => [],
  revision: async () => undefined,
};

function started(name: string, on: string): { file: string; text: string } {
  const text = `automation: ${name}\ntrigger: topic\non: "${on}"\nsteps:\n  - log: x\n`;
  return { file: `${name}.yaml`, text };
}

test('a topic starts the automations whose pattern it fits, as their files are now', async () => {
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  expect(automations.startedBy('order.paid')).toEqual([]);
  const plain = { file: 'plain.yaml', text: 'automation: plain\nsteps:\n  - log: x\n' };
  await automations.load([
    started('one', 'order.*'),
    started('all', '**'),
    started('deep', 'order.**'),
    started('exact', 'order.paid'),
    plain,
  ]);
  expect(automations.startedBy('order.paid')).toEqual(['one', 'all', 'deep', 'exact']);
  expect(automations.startedBy('order.paid.late')).toEqual(['all', 'deep']);
  expect(automations.startedBy('order')).toEqual(['all']);
  await automations.load([started('one', 'refund.*'), plain]);
  expect(automations.startedBy('order.paid')).toEqual([]);
  expect(automations.startedBy('refund.paid')).toEqual(['one']);
});

test('what is disabled is there, and nothing starts it until its file says otherwise', async () => {
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  const topic = started('paid', 'order.*');
  const schedule = {
    file: 'daily.yaml',
    text: 'automation: daily\ntrigger: schedule\non: "@daily"\nsteps:\n  - log: x\n',
  };
  const disabled = [topic, schedule].map(({ file, text }) => ({
    file,
    text: `${text}disabled: true\n`,
  }));
  await automations.load(disabled);
  expect(automations.startedBy('order.paid')).toEqual([]);
  expect(automations.scheduled()).toEqual([]);
  expect(automations.list().map((entry) => [entry.name, entry.disabled])).toEqual([
    ['daily', true],
    ['paid', true],
  ]);
  expect(automations.runnable('daily')).toMatchObject({ trigger: 'schedule' });
  await automations.load([topic, schedule]);
  expect(automations.startedBy('order.paid')).toEqual(['paid']);
  expect(automations.scheduled()).toMatchObject([{ name: 'daily' }]);
  expect(automations.entry('paid').disabled).toBe(false);
});

test('the folder leaves what others own alone, and a file of such a name is a mistake', async () => {
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  const text = (name: string, log: string) => `automation: ${name}\nsteps:\n  - log: ${log}\n`;
  await automations.save('mine', text('mine', 'by hand'));
  const files = [
    { file: 'mine.yaml', text: text('mine', 'folder') },
    { file: 'own.yaml', text: text('own', 'folder') },
  ];
  const { diagnostics, changed } = await automations.load(files);
  expect(changed).toEqual(['own']);
  expect(diagnostics).toMatchObject([
    {
      file: 'mine.yaml',
      code: 'automation.duplicate',
      message:
        'Expected a name that no other file uses, got "mine", which an automation that was saved by hand has.',
    },
  ]);
  expect((await automations.load([])).removed).toEqual(['own']);
  expect(automations.entry('mine')).toMatchObject({ owner: 'hand' });
  await automations.load(files.slice(1));
  const owned = { code: 'automation.owned' };
  await expect(automations.save('own', text('own', 'x'))).rejects.toMatchObject(owned);
  await expect(automations.delete('own')).rejects.toMatchObject(owned);
  await automations.delete('mine');
  await automations.load(files);
  expect(automations.entry('mine')).toMatchObject({ owner: 'folder' });
});

test('an automation whose file cannot be read just now stays as it is', async () => {
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  await automations.load([started('one', 'order.*'), started('two', 'order.*')]);
  expect(await automations.load([], ['one.yaml'])).toMatchObject({ removed: ['two'] });
  expect(automations.startedBy('order.paid')).toEqual(['one']);
});
