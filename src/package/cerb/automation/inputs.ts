import type { Findings } from '../../convert/findings.ts';
import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { readValue, toYaml, type ValueContext } from './value.ts';

/** Types of Cerb's text inputs, as ours. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  decimal: 'number',
  number: 'number',
  timestamp: 'number',
};
const OTHER_TYPES: ReadonlySet<string> = new Set(
  `date email freeform geopoint ip ipv4 ipv6 record_type uri url`.split(' '),
);

/** `inputs:` of an automation as our `inputs`. */
export function readInputs(
  entries: readonly KataEntry[],
  context: ValueContext,
): Readonly<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const entry of entries) {
    const { name, type } = entry;
    if (name === undefined) {
      context.findings.error(
        'cerb.key',
        entry.span,
        `Expected a name after \`${type}\`, as in \`${type}/order:\`, got none`,
      );
      continue;
    }
    const kind = typeOf(entry, context.findings);
    if (kind === undefined) continue;
    const fallback = entryOf(entry.entries, 'default');
    const required = plainText(entryOf(entry.entries, 'required'))?.trim().toLowerCase();
    const isRequired =
      required !== undefined && !['', 'no', 'n', '0', 'false', 'off'].includes(required);
    inputs[name] = {
      type: kind,
      ...(isRequired ? { required: true } : {}),
      ...(fallback === undefined ? {} : { default: toYaml(readValue(fallback, context)) }),
    };
  }
  return inputs;
}

function typeOf(entry: KataEntry, findings: Findings): string | undefined {
  const { type, span } = entry;
  if (type === 'array') return 'any';
  if (type === 'record' || type === 'records') {
    findings.error(
      'cerb.record',
      span,
      `Expected a text or an array, got \`${entry.key}\`, a record of Cerb’s`,
    );
    return undefined;
  }
  if (type !== 'text') {
    findings.error('cerb.key', span, `Expected \`text/…\` or \`array/…\`, got \`${entry.key}\``);
    return undefined;
  }
  const options = entryOf(entry.entries, 'type_options');
  if (options !== undefined) {
    findings.warning('cerb.changed', options.span, 'Expected no `type_options:`, got some', {
      hint: 'Lengths and bounds are not checked here.',
    });
  }
  const named = plainText(entryOf(entry.entries, 'type'))?.trim() ?? 'freeform';
  const found = TEXT_TYPES[named];
  if (found !== undefined) return found;
  if (!OTHER_TYPES.has(named)) {
    findings.error('cerb.value', span, `Expected a type of text, got \`${named}\``);
  } else if (named !== 'freeform') {
    findings.warning(
      'cerb.changed',
      span,
      `Expected a text without a form, got the type \`${named}\``,
      {
        hint: 'Any text is taken here.',
      },
    );
  }
  return 'string';
}
