import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';

export function addPackageInit(parent: Command, attach: Attach): void {
  const command = parent
    .command('init')
    .description(
      'Begin a package: `package.yaml` and, in a new folder, a first automation with its test.',
    )
    .argument(
      '[folder]',
      'a new folder, or one that has automations already; this one where absent',
    )
    .option(
      '--name <name>',
      'lower-case letters, digits, `.`, `_` and `-`; the name of the folder where absent',
    );
  addExamples(
    command,
    'hookwright package init shop-orders',
    'hookwright package init automations --name my-automations',
  );
  attach(command, async (session, folder = '.') => {
    const { packageName } = await import('../../package/convert/assemble.ts');
    const given = session.options.name;
    const name = typeof given === 'string' ? given : packageName(basename(resolve(folder)));
    const { PACKAGE_NAME } = await import('../../package/read/manifest.ts');
    if (!PACKAGE_NAME.pattern.test(name)) {
      throw new HookwrightError(
        'usage.invalid',
        `Expected --name to be ${PACKAGE_NAME.what}, got ${JSON.stringify(name)}.`,
        { next: `Such as ${packageName(name)}.` },
      );
    }
    const isNew = (await entriesOf(folder)).length === 0;
    const files = { 'package.yaml': manifest(name), ...(isNew ? EXAMPLE : {}) };
    await writeAll(folder, files);
    const paths = Object.keys(files).map((file) => join(folder, file));
    session.show({ name, files: paths }, () => `Wrote ${paths.join(', ')}`);
  });
}

function manifest(name: string): string {
  return `name: ${name}
version: 0.1.0
description: What it does, in one line
# license: MIT
# requires: ">=0.1.0"
# configure:
#   prompts:
#     - { key: shop, label: Name of the shop, type: text }
#   placeholders:
#     - { key: code, type: random, length: 8 }
`;
}

const EXAMPLE: Readonly<Record<string, string>> = {
  'hello.yaml': `automation: hello
steps:
  - return: { json: { hello: "\${{ request.params.name ?? 'world' }}" } }
`,
  'hello.test.yaml': `cases:
  - name: greets who calls
    request: { query: { name: Ada } }
    expect:
      response: { status: 200, json: { hello: Ada } }
`,
};

async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unwritable(folder, error);
  });
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
  } catch (error) {
    throw unwritable(folder, error as NodeJS.ErrnoException);
  }
}

function unwritable(folder: string, error: NodeJS.ErrnoException): HookwrightError {
  const isThere = error.code === 'EEXIST';
  return new HookwrightError(
    'usage.invalid',
    isThere
      ? `Expected no package in ${folder}, got one.`
      : `Expected a folder that can be written at ${folder}, got ${error.message}.`,
    {
      next: isThere ? 'Edit its package.yaml.' : 'Check the path and its permissions.',
      cause: error,
    },
  );
}
