import { isIdle, type Plan, type PlanEntry } from './plan.ts';
import { functionsOf, type Names, referrersOf, referrerText } from './referrers.ts';
import type { SecretValues } from './secret-names.ts';
import type { ServerParts } from './stored.ts';

/** What refers to records that go, and does not go with them. */
export function removalNotes(entries: readonly PlanEntry[], parts: ServerParts): Plan['notes'] {
  const gone = entries.filter(({ action }) => action === 'remove');
  const namesOf = (list: readonly PlanEntry[], wanted: PlanEntry['kind']): ReadonlySet<string> =>
    new Set(list.filter(({ kind }) => kind === wanted).map(({ name }) => name));
  const names: Names = {
    automations: namesOf(gone, 'automation'),
    hooks: namesOf(gone, 'hook'),
    secrets: namesOf(gone, 'secret'),
  };
  // What the package itself has is written by its author, who knows; what stays as people made it is not.
  const own = entries.filter(({ action }) => action !== 'keep' && action !== 'conflict');
  const going = { webhooks: namesOf(own, 'webhook'), automations: namesOf(own, 'automation') };
  return referrersOf(names, going, parts).map(referrerText);
}

/** What automations need that neither the server nor the package has. */
export function missingNotes(
  entries: readonly PlanEntry[],
  values: SecretValues,
  { automations }: Pick<ServerParts, 'automations'>,
): Plan['notes'] {
  const notes = new Set<string>();
  const coming = new Set(
    entries.filter(({ kind }) => kind === 'automation').map(({ name }) => name),
  );
  for (const { compiled, kind, after, action } of entries) {
    if (action === 'keep') continue;
    for (const name of compiled?.policy.secrets ?? []) {
      if (!values.has(name)) notes.add(missingSecret(name));
    }
    for (const name of functionsOf(compiled)) {
      if (!coming.has(name) && automations.record(name) === undefined) {
        notes.add(`The function ${name} is not there; calls of it fail.`);
      }
    }
    if (kind === 'webhook' && after?.kind === 'webhook') {
      for (const name of Object.values(after.value.settings.source?.secrets ?? {})) {
        if (!values.has(name)) notes.add(missingSecret(name));
      }
    }
  }
  return [...notes];
}

function missingSecret(name: string): string {
  return `The secret ${name} is not stored; store it with \`hookwright secret set ${name}\`.`;
}

/** Whether something that stays, or comes, needs a secret. */
export function isUsed(
  name: string,
  entries: readonly PlanEntry[],
  { automations, registry }: ServerParts,
): boolean {
  const touched = (kind: PlanEntry['kind'], one: string): boolean =>
    entries.some((entry) => entry.kind === kind && entry.name === one && !isIdle(entry));
  const policies = [
    ...automations
      .records()
      .filter((record) => !touched('automation', record.name))
      .map((record) => automations.compiled(record.name)?.policy),
    ...entries.map(({ compiled }) => compiled?.policy),
  ];
  const webhooks = [
    ...registry.webhooks().filter((webhook) => !touched('webhook', webhook.name)),
    ...entries.flatMap(({ after }) => (after?.kind === 'webhook' ? [after.value] : [])),
  ];
  return (
    policies.some((policy) => policy?.secrets.includes(name)) ||
    webhooks.some(({ settings }) => Object.values(settings.source?.secrets ?? {}).includes(name))
  );
}
