import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HookwrightError } from '../core/errors.ts';
import { errorAnswer } from './errors.ts';
import type { Ingress } from './ingress/ingress.ts';
import { webhookTarget } from './ingress/target.ts';

/** Headers must arrive within this time: a slow trickle of them holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 20_000;
/** The whole request: 5 MB at 60 kB/s. */
const REQUEST_TIMEOUT_MS = 90_000;
/** Longer than the 60 s for which load balancers keep a connection, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
/** Bytes of all headers together: four times Node's default, since some senders sign in headers. */
const HEADERS_BYTES_MAX = 64 * 1024;
/**
 * Any number of headers that fits: past its own limit, 1,000, Node drops them in silence, and with them the length
 * of the body, or the address that a proxy has added.
 */
const HEADERS_MAX_NONE = 0;

interface RawMessages {
  readonly Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };
}

/**
 * The Hono application for webhooks, on the raw messages. It stands alone: among the API's routes, which Hono's
 * fast router does not take, finding this one takes 2 % of a request.
 */
export function createWebhooks(ingress: Ingress): Hono<RawMessages> {
  const app = new Hono<RawMessages>();
  app.all('/webhooks/*', (c) => {
    void ingress.handle(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

/** The Hono application for the rest: the API under `/api/v1`, tracking under `/v1`, health. */
export function createHono(api: Hono, tracking: Hono, healthy: () => boolean): Hono {
  const app = new Hono();
  app.get('/healthz', (c) =>
    healthy() ? c.json({ status: 'ok' }) : c.json({ status: 'stopping' }, 503),
  );
  app.route('/', tracking);
  app.route('/', api);
  app.notFound((c) => {
    const { status, body } = errorAnswer(
      new HookwrightError(
        'request.not_found',
        `Expected a path of this server, got ${c.req.method} ${c.req.path}.`,
      ),
    );
    return c.json(body, status as ContentfulStatusCode);
  });
  return app;
}

/**
 * The HTTP server. Requests for webhooks reach Hono past the Fetch adapter, which refuses targets with
 * a backslash or an odd host and rewrites dot segments; a capture takes what was sent.
 */
export function createHttpServer(webhooks: Hono<RawMessages>, rest: Hono): Server {
  const fetchListener = getRequestListener((request, env) => rest.fetch(request, env), {
    hostname: 'localhost', // Where none is sent: health checks of load balancers are in HTTP/1.0.
    errorHandler: refuseUnreadable,
  });
  const answers: LastAnswers = new WeakMap();
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADERS_BYTES_MAX,
      // A request without a Host header is odd, not unreadable: HTTP/1.0 senders leave it out.
      requireHostHeader: false,
      noDelay: true,
    },
    (incoming, outgoing) => {
      answers.set(incoming.socket, outgoing);
      if (webhookTarget(incoming.url ?? '') === undefined) void fetchListener(incoming, outgoing);
      else
        void webhooks.fetch(new RawRequest(incoming) as unknown as Request, { incoming, outgoing });
    },
  );
  server.maxHeadersCount = HEADERS_MAX_NONE;
  server.on('clientError', (error, socket) => refuseInTurn(error, socket, answers));
  return server;
}

/** The answer to the last request on each connection. */
type LastAnswers = WeakMap<Duplex, ServerResponse | typeof REFUSED>;

/** In place of an answer, on a connection whose malformed request is being refused. */
const REFUSED = Symbol('refused');

/**
 * What follows a request on its connection and is no HTTP is refused behind the answer to that request: in its
 * place the caller would be told that something is malformed which is stored and run.
 */
function refuseInTurn(error: NodeJS.ErrnoException, socket: Duplex, answers: LastAnswers): void {
  const due = answers.get(socket);
  if (due === REFUSED) return;
  answers.set(socket, REFUSED);
  if (due === undefined || due.writableFinished) refuseMalformed(error, socket);
  else if (due.req.complete) due.once('close', () => refuseMalformed(error, socket));
  // What is malformed is the body of that request, which has no other answer yet, or has been refused early.
  else if (due.headersSent) socket.destroy();
  else refuseMalformed(error, socket);
}

/** As much of a `Request` as Hono's router looks at. */
class RawRequest {
  readonly method: string;
  readonly url = 'http://localhost/webhooks/';

  constructor(incoming: IncomingMessage) {
    this.method = incoming.method ?? 'GET';
  }
}

/** What the Fetch adapter makes no request of, such as one to a host with a blank in its name. */
function refuseUnreadable(error: unknown): Response {
  const told =
    error instanceof RequestError
      ? new HookwrightError(
          'request.malformed',
          'Expected a request to a host and a path, got another.',
        )
      : error;
  const { status, body } = errorAnswer(told);
  return Response.json(body, { status });
}

const STATUS_OF_PARSE_ERROR: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is not HTTP gets 400 (or 408, 431) in the shape of all errors, and its connection is closed. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_PARSE_ERROR[error.code ?? ''] ?? '400 Bad Request';
  const { code, message } = new HookwrightError(
    'request.malformed',
    `Expected an HTTP/1.1 request, got ${error.code ?? 'something else'}.`,
  );
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
