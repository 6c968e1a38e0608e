import type { Findings } from '../convert/findings.ts';
import { dataOf, fieldOf, type JsonNode, textOf } from '../convert/json.ts';

/** Letters of Cerb's random placeholders: none that look alike. */
const RANDOM_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ123456789';
const RANDOM_LENGTH = 8;
const RANDOM_LENGTH_MAX = 255;

/** The prompts and placeholders of a package. */
export interface Configure {
  readonly prompts: readonly Readonly<Record<string, unknown>>[];
  readonly placeholders: readonly Readonly<Record<string, unknown>>[];
  /** What stands for each while the result is checked, by key. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Reads `configure:` of a package of Cerb as that of ours. */
export function readConfigure(
  node: JsonNode | undefined,
  findings: Findings,
  skipUnsupported: boolean,
): Configure {
  const prompts: Readonly<Record<string, unknown>>[] = [];
  const placeholders: Readonly<Record<string, unknown>>[] = [];
  const answers: Record<string, string> = {};
  for (const prompt of itemsOf(fieldOf(node, 'prompts'))) {
    const made = promptOf(prompt, findings, skipUnsupported);
    if (made === undefined) continue;
    prompts.push(made);
    answers[String(made.key)] = String(made.default ?? 'x');
  }
  for (const placeholder of itemsOf(fieldOf(node, 'placeholders'))) {
    const made = placeholderOf(placeholder, findings, skipUnsupported);
    if (made === undefined) continue;
    placeholders.push(made);
    answers[String(made.key)] = 'X'.repeat(Number(made.length));
  }
  return { prompts, placeholders, answers };
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'list' ? node.items : [];
}

function promptOf(
  node: JsonNode,
  findings: Findings,
  skipUnsupported: boolean,
): Readonly<Record<string, unknown>> | undefined {
  const key = keyOf(node, 'prompt', findings);
  if (key === undefined) return undefined;
  const type = textOf(fieldOf(node, 'type'));
  const params = fieldOf(node, 'params');
  const label = textOf(fieldOf(node, 'label')) ?? key;
  const fallback = dataOf(fieldOf(params, 'default'));
  const start = { key, label };
  const end = fallback === undefined || fallback === null ? {} : { default: fallback };
  if (type === 'text') {
    const placeholder = textOf(fieldOf(params, 'placeholder'));
    return {
      ...start,
      type: 'text',
      ...(placeholder === undefined ? {} : { placeholder }),
      ...end,
    };
  }
  if (type === 'picklist') {
    if (dataOf(fieldOf(params, 'multiple')) === true) {
      findings.warning(
        'cerb.package',
        node,
        `Expected one answer to \`${key}\`, got a prompt for several`,
        {
          hint: 'One is asked for.',
        },
      );
    }
    return { ...start, type: 'choice', options: optionsOf(fieldOf(params, 'options')), ...end };
  }
  const message = `Expected a prompt of the type text or picklist, got \`${type ?? 'none'}\` for \`${key}\``;
  const hint =
    type === 'chooser'
      ? 'It chooses among Cerb’s records.'
      : 'Cerb has text, picklist and chooser.';
  if (type !== 'chooser' || !skipUnsupported) {
    findings.error('cerb.package', node, message, { hint });
    return undefined;
  }
  findings.warning('cerb.package', node, `${message}; it asks for a text instead`, { hint });
  return { ...start, type: 'text' };
}

/** A list of answers, or labels with what they stand for. */
function optionsOf(node: JsonNode | undefined): readonly unknown[] {
  if (node?.kind === 'list') return node.items.map(dataOf);
  if (node?.kind !== 'map') return [];
  return node.entries.map(({ key, value }) => ({ label: key, value: dataOf(value) }));
}

function placeholderOf(
  node: JsonNode,
  findings: Findings,
  skipUnsupported: boolean,
): Readonly<Record<string, unknown>> | undefined {
  const key = keyOf(node, 'placeholder', findings);
  if (key === undefined) return undefined;
  const type = textOf(fieldOf(node, 'type'));
  if (type === 'random') {
    const given = Number(dataOf(fieldOf(fieldOf(node, 'params'), 'length')) ?? RANDOM_LENGTH);
    const length =
      Number.isInteger(given) && given > 0 ? Math.min(given, RANDOM_LENGTH_MAX) : RANDOM_LENGTH;
    return { key, type: 'random', length, alphabet: RANDOM_LETTERS };
  }
  const message = `Expected a placeholder of the type random, got \`${type ?? 'none'}\` for \`${key}\``;
  const hint = 'Cerb’s `data_query` asks its records.';
  if (skipUnsupported)
    findings.warning('cerb.package', node, `${message}; it is left out`, { hint });
  else findings.error('cerb.package', node, message, { hint });
  return undefined;
}

function keyOf(node: JsonNode, what: string, findings: Findings): string | undefined {
  const key = textOf(fieldOf(node, 'key'));
  if (key !== undefined && /^[A-Za-z_]\w*$/.test(key)) return key;
  findings.error(
    'cerb.package',
    node,
    `Expected a \`key\` of letters, digits and \`_\` in a ${what}, got \`${key ?? 'none'}\``,
  );
  return undefined;
}
