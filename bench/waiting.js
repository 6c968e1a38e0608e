// Resident memory of 10,000 runs that wait, over that of as many that have ended.
import { residentBytes, startHookwright } from './servers.js';

const RUNS = 10_000;
const AT_ONCE = 32;
/** Megabytes that they may add. */
const MEGABYTES_MAX = 50;
const MEGABYTE = 1024 * 1024;

const automation = (name, wait) => `automation: ${name}
steps:
  - respond: { status: 202 }
  - wait: ${wait}
  - log: done
`;

export async function waiting(report) {
  const server = await startHookwright({
    'brief.yaml': automation('bench.brief', '1ms'),
    'waiting.yaml': automation('bench.waiting', '30d'),
  });
  try {
    // A heap grows to its working size over the first 20,000 runs, whether they wait or not.
    await runs(server, 'bench.brief', 3 * RUNS);
    await runs(server, 'bench.waiting', RUNS / 10);
    const before = residentBytes(server.pid);
    await runs(server, 'bench.waiting', RUNS);
    const added = (residentBytes(server.pid) - before) / MEGABYTE;
    report({
      title: `memory that ${RUNS} waiting runs add, of ${MEGABYTES_MAX} MB`,
      ratio: added / MEGABYTES_MAX,
      most: 1,
      detail: `${added.toFixed(0)} MB on ${(before / MEGABYTE).toFixed(0)} MB`,
    });
  } finally {
    await server.stop();
  }
}

async function runs(server, name, count) {
  const { url } = await server.api('POST', '/webhooks', { bindings: [{ automation: name }] });
  let left = count;
  const caller = async () => {
    while (left-- > 0) {
      const response = await fetch(url, { method: 'POST', body: '{}' });
      await response.arrayBuffer();
      if (response.status !== 202) throw new Error(`Expected 202, got ${response.status}.`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  const status = name === 'bench.waiting' ? 'running' : 'waiting';
  for (;;) {
    // Until the last of them rests: none is under way any more.
    const { runs } = await server.api('GET', `/runs?automation=${name}&status=${status}&limit=1`);
    if (runs.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
