// One life of the server: the built program with everything in it, its clock moved on by
// `DURABILITY_CLOCK_OFFSET` milliseconds, which kills itself at the boundary that `DURABILITY_KILL` names.
// Tells the parent where it listens; takes `{ disk }`, `{ later }` (milliseconds) and SIGTERM from it.
import { ServerResponse } from 'node:http';
import { BroadcastChannel } from 'node:worker_threads';
import { startApp } from '../../../dist/bundle/app.js';
import { readConfig } from '../../../dist/bundle/config/read-config.js';
import { openOutbound } from '../../../dist/bundle/outbound/open.js';
import { DISK, reach } from './kill-points.js';

let offset = Number(process.env.DURABILITY_CLOCK_OFFSET ?? 0);
const life = process.env.DURABILITY_LIFE ?? '0';

const { end } = ServerResponse.prototype;
ServerResponse.prototype.end = function (...args) {
  if (!this.req.url.startsWith('/webhooks/')) return end.apply(this, args);
  reach('before answer');
  this.once('finish', () => reach('after answer'));
  return end.apply(this, args);
};

/** Requests carry the life that sent them, so that the receiver's log tells repeats apart. */
function openWatched(options) {
  const outbound = openOutbound(options);
  return {
    send: async (request, signal) => {
      const what = new URL(request.url).pathname.startsWith('/hook/') ? 'attempt' : 'effect';
      reach(`before ${what}`);
      const headers = [...request.headers, ['x-life', life]];
      try {
        return await outbound.send({ ...request, headers }, signal);
      } finally {
        reach(`after ${what}`);
      }
    },
    close: () => outbound.close(),
  };
}

const config = readConfig(process.env);
const app = await startApp(config, { clock: () => Date.now() + offset, openOutbound: openWatched });
process.on('SIGTERM', async () => {
  await app.close();
  process.disconnect();
});
const disk = new BroadcastChannel(DISK);
disk.unref();
process.on('message', (message) => {
  if ('disk' in message) disk.postMessage(message.disk);
  else offset += message.later;
});
process.send({ url: app.url, token: app.apiToken });
