import type { Context, Hono } from 'hono';
import type { CapturedEvent } from '../../core/event.ts';
import type { RunFilter } from '../../engine/ports.ts';
import { findRun, programFacts, takeRecording } from '../../engine/recording/take.ts';
import { type Recording, recordingJson } from '../../engine/recording.ts';
import { seenByRuns, webhookName } from './events.ts';
import { type RunsQuery, readRunsQuery } from './input.ts';
import type { ApiParts } from './parts.ts';
import { type RunDetailJson, runDetailJson, runSummaryJson } from './represent-run.ts';
import { traceJson } from './represent-trace.ts';
import { route } from './route.ts';
import { Traces } from './traces.ts';

export function routeRuns(api: Hono, parts: ApiParts): void {
  const { registry, store, runs } = parts;
  const id = (c: Context): string => c.req.param('id') as string;
  const detail = async (runId: string): Promise<RunDetailJson> => {
    const run = await findRun(store, runId);
    const journal = await store.journal(runId);
    // Only effects have lines to look up.
    const revision = journal.length === 0 ? undefined : await store.revision(run.revision);
    const { steps } = revision === undefined ? { steps: [] } : programFacts(revision.source);
    return runDetailJson(run, webhookName(registry, run.webhookId), journal, steps);
  };
  route(api, '/runs', {
    GET: async (c) => {
      const query = readRunsQuery(c);
      const found = await store.runs(filterOf(query, parts));
      const page = found.slice(0, query.limit);
      return c.json({
        runs: page.map((run) => runSummaryJson(run, webhookName(registry, run.webhookId))),
        next: found.length > query.limit ? (page.at(-1)?.id ?? null) : null,
      });
    },
  });
  route(api, '/runs/:id', { GET: async (c) => c.json(await detail(id(c))) });
  route(api, '/runs/:id/retry', {
    POST: async (c) => c.json(await detail((await runs.retry(id(c))).id)),
  });
  route(api, '/runs/:id/cancel', {
    POST: async (c) => c.json(await detail((await runs.cancel(id(c))).id)),
  });
  const recordingOf = (runId: string): Promise<Recording> => {
    const seen = (event: CapturedEvent): CapturedEvent => seenByRuns(event, parts);
    return takeRecording({ store, version: parts.version, seen }, runId);
  };
  route(api, '/runs/:id/recording', {
    GET: async (c) => {
      const recording = await recordingOf(id(c));
      c.header('content-disposition', `attachment; filename="${recording.run.id}.json"`);
      return c.json(recordingJson(recording));
    },
  });
  const traces = new Traces(parts.sandbox, parts.version);
  route(api, '/runs/:id/trace', {
    GET: async (c) => {
      const recording = await recordingOf(id(c));
      return c.json(traceJson(recording, await traces.trace(recording)));
    },
  });
}

function filterOf(query: RunsQuery, { registry }: ApiParts): RunFilter {
  const { webhook, automation, status, event, before, limit } = query;
  return {
    ...(webhook === undefined ? {} : { webhookId: registry.webhook(webhook).id }),
    ...(automation === undefined ? {} : { automation }),
    ...(status === undefined ? {} : { status }),
    ...(event === undefined ? {} : { eventId: event }),
    ...(before === undefined ? {} : { before }),
    countMax: limit + 1, // One more tells whether there is a next page.
  };
}
