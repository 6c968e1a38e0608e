/** What each exit code of the command line means; `ERRORS` says which error has which. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'a replay or a backtest that differs, a test of an automation that failed, or an error inside Hookwright itself',
  2: 'wrong usage, settings or input',
  3: 'an automation, a file of tests, a package or one to convert has errors, or a package is not signed as it has to be',
  4: 'the server refused the credentials',
  5: 'there is no such webhook, event, run, automation, secret, hook, message or delivery',
  6: 'the server cannot be reached, or is too busy',
  7: 'the data folder, its key or the port cannot be used',
  8: 'the automation ran and failed, a hook did not take its ping, a webhook not what was sent to it, or an import meets what was changed',
};
