// Fails when `drizzle/sqlite/` is not what drizzle-kit makes of `src/store/sqlite/schema*.ts`: generates
// into a copy of the folder and compares, so that the checkout stays as it is.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const MIGRATIONS = 'drizzle/sqlite';
const copy = mkdtempSync(join(tmpdir(), 'hookwright-migrations-'));

try {
  cpSync(MIGRATIONS, copy, { recursive: true });
  // drizzle-kit takes `--out` relative to the working directory only.
  const out = relative('.', copy);
  const options = ['--dialect=sqlite', '--schema=src/store/sqlite/schema*.ts', `--out=${out}`];
  const output = execFileSync(
    process.execPath,
    ['node_modules/drizzle-kit/bin.cjs', 'generate', ...options],
    { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
  );
  const before = contents(MIGRATIONS);
  const stale = [...contents(copy)].filter(([file, text]) => before.get(file) !== text);
  // Where it would have to ask, as about a column that may be a renamed one, it writes nothing and ends
  // well: only its own word counts.
  if (stale.length > 0 || !output.includes('No schema changes')) {
    const files = stale.map(([file]) => `\n  ${join(MIGRATIONS, file)}`).join('');
    console.error(
      `Expected ${MIGRATIONS} to hold all of src/store/sqlite/schema*.ts, got changes without a migration.${files}\nRun \`npx drizzle-kit generate --name WHAT_CHANGES\` and commit what it writes.`,
    );
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`drizzle-kit generate failed: ${error.message}\n${error.stdout}${error.stderr}`);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** Texts by path within the folder. */
function contents(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Map(files.map((file) => [relative(folder, file), readFileSync(file, 'utf8')]));
}
