import { formatDuration } from '../core/quantity.ts';
import { signsUrl } from './checks-of.ts';
import { describeAge, describeId, describeProof } from './describe.ts';
import type { Source } from './source.ts';

/** The tables of presets for the documentation, in Markdown. */
export function presetTables(sources: readonly Source[]): string {
  const link = ({ name, docs }: Source) =>
    docs === undefined ? `\`${name}\`` : `[\`${name}\`](${docs})`;
  const proofs = sources.map((source) => [
    link(source),
    [describeProof(source).join('; '), ...(signsUrl(source) ? ['**signs the URL**'] : [])].join(
      '; ',
    ),
    describeAge(source),
    describeId(source),
  ]);
  const sets = sources.map((source) => [
    `\`${source.name}\``,
    source.description,
    Object.entries(source.keys)
      .map(([role, about]) => `\`${role}\`: ${about}`)
      .join('; '),
    source.handshakes
      .map(({ name, isSigned }) => (isSigned ? name : `${name} (unsigned)`))
      .join(', '),
    source.deadlineMs === undefined ? '–' : formatDuration(source.deadlineMs),
  ]);
  const notes = sources.flatMap(({ name, note }) =>
    note === undefined ? [] : [`- **${name}**: ${note}`],
  );
  return [
    table(['source', 'for', 'secrets', 'handshakes', 'waits'], sets),
    'What each signs, how old it may be, and what recognises a duplicate:',
    table(['source', 'proof', 'age', 'id'], proofs),
    'Notes:',
    notes.join('\n'),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
