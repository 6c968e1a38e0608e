// Compiles `src/` to `dist/`. Starts from an empty folder, so that no deleted file lives on.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';

const MAIN = 'dist/cli/main.js';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], {
  stdio: 'inherit',
});
if (existsSync(MAIN)) chmodSync(MAIN, 0o755);
