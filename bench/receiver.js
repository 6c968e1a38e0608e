// What effects call and deliveries go to: answers at once, in a process of its own, so that the callers are
// what is measured.
import { createServer } from 'node:http';

const answer = JSON.stringify({ ref: 'A-4711' });

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
