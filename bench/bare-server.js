// The yardstick: a bare Hono handler that builds the same answers, stores nothing and isolates nothing.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();

app.post('/echo', async (c) => c.json(await c.req.json()));

app.post('/github', async (c) => {
  const { action, pull_request, repository } = await c.req.json();
  return c.json({ action, title: pull_request.title, repository: repository.full_name });
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
