// Writes the files that are made from the language's own tables; runs on the built code.
// With `--check` it writes nothing and fails where a file is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const { automationSchema } = await built('language/json-schema.js');
const { referencePage } = await built('language/reference.js');

const FILES = {
  'schema/automation.schema.json': `${JSON.stringify(automationSchema(), null, 2)}\n`,
  'docs/language.md': referencePage(),
};

const isCheck = process.argv.includes('--check');
const stale = Object.entries(FILES).filter(([file, content]) => read(file) !== content);
for (const [file, content] of stale) {
  if (isCheck) {
    console.error(
      `${file} is stale: expected what \`npm run generate\` writes, got something else`,
    );
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    console.log(`wrote ${file}`);
  }
}
if (isCheck && stale.length > 0) process.exitCode = 1;

/** A built module; by URL, because `dist/` need not be there when this is linted. */
function built(path) {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

/** The file's text, or nothing where there is no file. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
