import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HookwrightError } from '../../core/errors.ts';
import { PACKAGE_BYTES_MAX } from '../../package/limits.ts';
import { errorAnswer } from '../errors.ts';
import { API_PATH } from './api-path.ts';
import { authorize } from './authorize.ts';
import { routeAutomations } from './automations.ts';
import { routeDeliveries } from './deliveries.ts';
import { routeEventStream } from './event-stream.ts';
import { routeEvents } from './events.ts';
import { routeHooks } from './hooks.ts';
import { routeMessages } from './messages.ts';
import { routePackages } from './packages.ts';
import type { ApiParts } from './parts.ts';
import { routeRefusals } from './refusals.ts';
import { routeRuns } from './runs.ts';
import { routeSecrets } from './secrets.ts';
import { routeServer } from './server.ts';
import { routeSources } from './sources.ts';
import { routeTokens } from './tokens.ts';
import { routeWebhooks } from './webhooks.ts';

/** Bytes of a request to the API: a webhook with a thousand bindings and inputs fits. */
const REQUEST_BYTES_MAX = 1024 * 1024;
/** A package of the largest size, in JSON whose every second character is escaped, with its answers. */
const PACKAGE_REQUEST_BYTES_MAX = 2 * PACKAGE_BYTES_MAX + REQUEST_BYTES_MAX;
const PACKAGES_PATH = `${API_PATH}/packages`;

/**
 * The HTTP API, under `/api/v1`. Every route needs a bearer token; every error, 404 and 405 too, has
 * the shape `{ "error": { code, message, next? } }`.
 */
export function createApi(parts: ApiParts): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    const { status, body } = errorAnswer(error);
    if (!(error instanceof HookwrightError)) {
      const { method, path } = c.req;
      parts.log.write('error', 'api.failed', { method, path, error });
    }
    return c.json(body, status as ContentfulStatusCode);
  });
  const api = app.basePath(API_PATH);
  api.use('*', async (c, next) => {
    c.header('cache-control', 'no-store'); // Answers hold webhook URLs, which are secrets.
    c.header('x-content-type-options', 'nosniff');
    await next();
  });
  api.use('*', authorize(parts.token, parts.tokens));
  api.use(
    '*',
    limitBody(REQUEST_BYTES_MAX, (path) => path !== PACKAGES_PATH),
  );
  api.use(
    '*',
    limitBody(PACKAGE_REQUEST_BYTES_MAX, (path) => path === PACKAGES_PATH),
  );
  routeServer(api, parts);
  routeWebhooks(api, parts);
  routeEventStream(api, parts); // Before events: `stream` is no event's id.
  routeEvents(api, parts);
  routeRuns(api, parts);
  routeAutomations(api, parts);
  routeSecrets(api, parts);
  routeSources(api, parts);
  routeRefusals(api, parts);
  routeHooks(api, parts);
  routeMessages(api, parts);
  routeDeliveries(api, parts);
  routeTokens(api, parts);
  routePackages(api, parts);
  // A route and not `notFound`, which is lost when this application is mounted in another.
  api.all('*', (c) => {
    throw new HookwrightError(
      'request.not_found',
      `Expected a path of the API, got ${c.req.path}.`,
    );
  });
  return app;
}

/** Refuses larger bodies of requests to some paths. */
function limitBody(bytesMax: number, isMeant: (path: string) => boolean): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: bytesMax,
    onError: () => {
      throw new HookwrightError(
        'request.body_too_large',
        `Expected a body of at most ${bytesMax} bytes, got more.`,
      );
    },
  });
  return (c, next) => (isMeant(c.req.path) ? limit(c, next) : next());
}
