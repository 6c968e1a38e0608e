// The yardstick for effects: a Hono handler, written by hand, that makes the same call with the same
// client, and keeps no record of it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { openOutbound } from '../dist/outbound/open.js';

const [target] = process.argv.slice(2);
const outbound = openOutbound({ allow: ['127.0.0.1'], deny: [], ownListeners: () => [] });
const app = new Hono();

app.post('/call', async (c) => {
  const { id, status } = await c.req.json();
  const reply = await outbound.send({
    method: 'POST',
    url: target,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ id, status }),
    timeoutMs: 15_000,
    responseBytesMax: 1024 * 1024,
    redirectsMax: 0,
  });
  const { ref } = JSON.parse(Buffer.from(reply.body).toString());
  return c.json({ ref });
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
