/** Commands of automations, by what becomes of them. */
const CONTROL: readonly string[] = ['decision', 'outcome', 'repeat', 'while', 'return', 'error'];
const DATA: readonly string[] = ['set', 'var.set', 'var.push', 'var.unset', 'var.expand'];
export const LOGS: Readonly<Record<string, string>> = {
  log: 'debug',
  'log.warn': 'warn',
  'log.error': 'error',
  'log.alert': 'error',
};
const EFFECTS: readonly string[] = [
  'http.request',
  'function',
  'storage.get',
  'storage.set',
  'storage.delete',
];

/** What needs Cerb, and what to do instead. */
export const WITHOUT: Readonly<Record<string, string>> = {
  'api.command': 'It runs a command of Cerb.',
  await: 'A webhook’s automation does not wait for a person. For a time, write a `wait` step.',
  'data.query': 'It asks Cerb’s records.',
  'decrypt.pgp': 'There is no PGP here.',
  'email.parse': 'It makes a record of Cerb.',
  'email.send': 'It sends mail with Cerb.',
  'encrypt.pgp': 'There is no PGP here.',
  'file.read': 'There are no files of Cerb here.',
  'file.write': 'There are no files of Cerb here.',
  'kata.parse': 'There is no KATA at run time.',
  'llm.agent': 'Use an `http` step.',
  'llm.chat': 'Use an `http` step.',
  'llm.embed': 'Use an `http` step.',
  'metric.increment': 'Write a `log` step, or count in the state: `state: { increment: … }`.',
  'queue.pop': 'Let an automation with `trigger: topic` take the messages.',
  'queue.push': 'Write an `emit` step, and an automation with `trigger: topic`.',
  'record.create': 'It changes Cerb’s records.',
  'record.delete': 'It changes Cerb’s records.',
  'record.get': 'It reads Cerb’s records.',
  'record.search': 'It reads Cerb’s records.',
  'record.update': 'It changes Cerb’s records.',
  'record.upsert': 'It changes Cerb’s records.',
  'records.update': 'It changes Cerb’s records.',
  'simulate.error': 'Write a test instead: `NAME.test.yaml`.',
  'simulate.success': 'Write a test instead: `NAME.test.yaml`.',
  'tool.return': 'There are no tools of language models here.',
};

export const COMMANDS: readonly string[] = [
  ...CONTROL,
  ...DATA,
  ...Object.keys(LOGS),
  ...EFFECTS,
  ...Object.keys(WITHOUT),
];
