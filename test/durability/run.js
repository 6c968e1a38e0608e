// `npm run durability`: the long form of `kill.test.ts`. Node 20 runs no TypeScript by itself; what loads
// the tests loads this too.
import { createViteServer } from 'vitest/node';

const server = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
});
try {
  const { main } = await server.ssrLoadModule('/test/durability/main.ts');
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await server.close();
}
