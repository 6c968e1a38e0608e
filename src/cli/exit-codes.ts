/** What each exit code of the command line means; `ERRORS` says which error has which. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'an error inside Hookwright itself, or a test of an automation failed',
  2: 'wrong usage, settings or input',
  3: 'an automation or a file of tests has errors',
  4: 'the server refused the credentials',
  5: 'there is no such webhook, event or automation',
  6: 'the server cannot be reached, or is too busy',
  7: 'the data folder or the port cannot be used',
  8: 'the automation ran and failed',
};
