import type { Diagnostic } from '../../../core/diagnostic.ts';
import type { AutomationEntry } from '../../../engine/automations.ts';
import { iso } from './time.ts';

export interface AutomationBriefJson {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly revision: string;
  readonly created_at: string;
  readonly errors: number;
  readonly warnings: number;
}

export interface AutomationJson extends AutomationBriefJson {
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of the webhooks that are bound to it. */
  readonly webhooks: readonly string[];
}

export function automationBriefJson(entry: AutomationEntry): AutomationBriefJson {
  const { name, description, file, revision, createdAt, diagnostics } = entry;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const created_at = iso(createdAt);
  const warnings = diagnostics.length - errors;
  return { name, description, file, revision, created_at, errors, warnings };
}

export function automationJson(
  entry: AutomationEntry,
  webhooks: readonly string[],
): AutomationJson {
  const { source, diagnostics } = entry;
  return { ...automationBriefJson(entry), source, diagnostics, webhooks };
}
