import { describe, type KeySpec, type Shape } from '../table/shape.ts';

/** A table of Markdown. Bars inside cells are escaped, line breaks become spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string, language = 'yaml'): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** A text as inline code, also where it has backticks of its own. */
export function inline(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A table of keys: name, what it takes, what it is for. */
export function keyTable(keys: readonly KeySpec[]): string {
  return table(
    ['key', 'takes', ''],
    keys.map(({ name, shape, required, doc }) => [
      inline(name),
      takes(shape),
      `${required ? '**Required.** ' : ''}${doc}`,
    ]),
  );
}

function takes(shape: Shape): string {
  return shape.is === 'integer' && shape.expression
    ? `${describe(shape)}, or an expression`
    : describe(shape);
}
