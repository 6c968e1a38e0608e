import type { Context, Hono } from 'hono';
import { HookwrightError } from '../../core/errors.ts';
import type { ImportedRecord } from '../../core/imported-package.ts';
import { readExport, readImport, readRemoval } from './input/package.ts';
import type { ApiParts } from './parts.ts';
import { packageBriefJson, packageJson } from './represent/package.ts';
import { route } from './route.ts';

/** Packages go in as one document, and come out as one. No answer holds a secret or a token. */
export function routePackages(api: Hono, parts: ApiParts): void {
  const { packages } = parts;
  const documents = () => import('./package-documents.ts');
  const plans = () => import('./represent/plan.ts');
  const name = (c: Context): string => c.req.param('name') as string;
  route(api, '/packages', {
    GET: (c) => c.json({ packages: packages.list().map(packageBriefJson) }),
    POST: async (c) => {
      const body = await readImport(c);
      const { wantedOf } = await documents();
      const { planJson } = await plans();
      const wanted = await wantedOf(body, parts);
      const { records, filled } = wanted;
      const rest = {
        values: filled.values,
        texts: new Map(records.map(({ file, text }) => [file, text])),
      };
      if (body.isDry)
        return c.json(planJson(await packages.plan(wanted, body.choice), false, rest));
      const { plan } = await packages.import(wanted, body.choice, body.fingerprint);
      return c.json(planJson(plan, true, rest), plan.from === undefined ? 201 : 200);
    },
  });
  route(api, '/packages/:name', {
    GET: async (c) => {
      const imported = packages.get(name(c));
      const { original } = await packages.source(imported.name);
      const isPresent = (record: ImportedRecord) => packages.has(imported.name, record);
      return c.json(packageJson(imported, original?.file, isPresent));
    },
    DELETE: async (c) => {
      const { choice, isDry, fingerprint } = readRemoval(c);
      const { planJson } = await plans();
      if (isDry) return c.json(planJson(packages.planRemoval(name(c), choice), false));
      return c.json(planJson((await packages.remove(name(c), choice, fingerprint)).plan, true));
    },
  });
  route(api, '/packages/:name/document', {
    GET: async (c) => {
      const { document } = await packages.source(name(c));
      return c.body(document, 200, { 'content-type': 'application/json' });
    },
  });
  route(api, '/packages/:name/original', {
    GET: async (c) => {
      const { original } = await packages.source(name(c));
      if (original !== undefined) return c.json(original);
      throw new HookwrightError(
        'package.not_found',
        `Expected a package that was converted, got "${name(c)}", which has no original.`,
      );
    },
  });
  route(api, '/exports', {
    POST: async (c) => {
      const { exportDocument } = await documents();
      const exported = await exportDocument(await readExport(c), parts);
      return c.body(exported, 200, { 'content-type': 'application/json' });
    },
  });
}
