// Loaded with `--import` into the main thread and every worker of the process that is to die. What the
// engine's store thread commits, it commits through better-sqlite3: there the points before and after each
// commit are. All others are in the main thread, see `life.js`.
import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';

/** `{ boundary, number }`, or absent where nobody is to die. */
const kill = JSON.parse(process.env.DURABILITY_KILL ?? 'null');
let reached = 0;

/** Says that this thread is at a boundary. Does not return from the one where the process is to die. */
export function reach(boundary) {
  if (kill?.boundary !== boundary || ++reached < kill.number) return;
  process.kill(process.pid, 'SIGKILL');
}

/** What the disk is to be like, from the main thread to the store's. */
export const DISK = 'durability.disk';

const PRAGMAS = {
  full: ['max_page_count = 1'], // As many as there are: SQLite never takes pages away.
  'read-only': ['query_only = ON'],
  sound: ['max_page_count = 1073741823', 'query_only = OFF'],
};

if (!isMainThread && workerData?.dataDir !== undefined) await watchStore();

async function watchStore() {
  const { default: Sqlite } = await import('better-sqlite3');
  const { prepare, transaction } = Sqlite.prototype;
  const disk = new BroadcastChannel(DISK);
  disk.unref();

  Sqlite.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    if (sql !== 'COMMIT') return statement;
    disk.onmessage = ({ data }) => {
      for (const pragma of PRAGMAS[data]) this.pragma(pragma);
    };
    const { run } = statement;
    statement.run = (...values) => {
      reach('before commit');
      const done = run.apply(statement, values);
      reach('after commit');
      return done;
    };
    return statement;
  };

  Sqlite.prototype.transaction = function (work) {
    const whole = transaction.call(this, (...args) => {
      const value = work(...args);
      reach('before commit');
      return value;
    });
    const watched =
      (run) =>
      (...args) => {
        const value = run(...args);
        reach('after commit');
        return value;
      };
    const kinds = ['default', 'deferred', 'immediate', 'exclusive'];
    const all = kinds.map((kind) => [kind, watched(whole[kind])]);
    return Object.assign(watched(whole), Object.fromEntries(all));
  };
}
