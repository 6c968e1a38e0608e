// `npm run bench`: every number that the project promises, as a ratio against a yardstick measured in
// the same run. `npm run bench throughput` runs one of them.
import { tool } from './load.js';

const BENCHES = {
  isolation: () => import('./isolation.js').then((module) => module.isolation),
  throughput: () => import('./throughput.js').then((module) => module.throughput),
  intake: () => import('./intake.js').then((module) => module.intake),
  source: () => import('./source.js').then((module) => module.source),
  reexecution: () => import('./reexecution.js').then((module) => module.reexecution),
  effects: () => import('./effects.js').then((module) => module.effects),
  waiting: () => import('./waiting.js').then((module) => module.waiting),
  scale: () => import('./scale.js').then((module) => module.scale),
  start: () => import('./start.js').then((module) => module.start),
  store: () => import('./store.js').then((module) => module.store),
  deliver: () => import('./deliver.js').then((module) => module.deliver),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`Expected ${Object.keys(BENCHES).join(', ')}; got ${unknown.join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version}, load by ${tool}`);
let missed = 0;
for (const [name, open] of Object.entries(BENCHES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const bench = await open();
  console.log(`\n${name}`);
  await bench(print);
}
console.log(missed === 0 ? '\nAll targets reached.' : `\n${missed} targets missed.`);

/** One result: at least `least` or at most `most`, where there is a target. */
function print({ title, ratio, least, most, detail }) {
  const reached = (least === undefined || ratio >= least) && (most === undefined || ratio <= most);
  if (!reached) missed++;
  const target =
    least === undefined ? (most === undefined ? '' : `at most ${most}`) : `at least ${least}`;
  const verdict = target === '' ? '' : ` (${target}: ${reached ? 'reached' : 'missed'})`;
  console.log(`  ${title}: ${ratio.toFixed(2)}${verdict}${detail ? `, ${detail}` : ''}`);
}
