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

test('a file with errors that never loaded is told of where its automation is asked for', async () => {
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  const wrong = { file: 'orders.yaml', text: 'automation: orders.paid\nsteps:\n  - retrun: {}\n' };
  const noYaml = { file: 'x.yaml', text: '{{{' };
  await automations.load([wrong, noYaml, started('orders', 'order.*')]);
  const message = 'Expected automation "orders.paid" to compile, got errors in orders.yaml.';
  const next = '`hookwright validate` tells them.';
  expect(() => automations.entry('orders.paid')).toThrow(
    expect.objectContaining({ code: 'automation.not_found', message, next }),
  );
  expect(automations.runnable('orders.paid')).toBe(`${message} ${next}`);
  expect(automations.runnable('order')).toBe(
    'Expected the name of an automation, got "order". Did you mean "orders"?',
  );
  await automations.load([{ ...wrong, text: wrong.text.replace('retrun', 'return') }]);
  expect(automations.entry('orders.paid').diagnostics).toEqual([]);
});

test('warnings stay with an automation, whether or not its file was loaded again', async () => {
  const text = 'automation: spare\npolicy: { state: [a] }\nsteps:\n  - log: x\n';
  const file = { file: 'spare.yaml', text };
  const warned = [{ severity: 'warning', code: 'policy.unused', file: 'spare.yaml', line: 2 }];
  const automations = await Automations.open(NOTHING, new RememberingLog(), () => 0);
  await automations.load([file]);
  expect(automations.entry('spare').diagnostics).toMatchObject(warned);
  await automations.load([file, started('one', 'order.*')]);
  expect(automations.entry('spare').diagnostics).toMatchObject(warned);
  const saved = automations.records();
  const store = { ...NOTHING, automations: async () => saved };
  const restarted = await Automations.open(store, new RememberingLog(), () => 0);
  await restarted.load([file]);
  expect(restarted.entry('spare').diagnostics).toMatchObject(warned);
  await restarted.load([{ ...file, text: text.replace('log: x', 'lgo: x') }]);
  expect(restarted.entry('spare').diagnostics).toMatchObject([
    { severity: 'error', code: 'step.unknown' },
  ]);
});
