import { text } from './values.ts';

/** The text that a template with statements prints, part by part. */
export function render(template: (print: (...parts: unknown[]) => void) => void): string {
  let result = '';
  template((...parts) => {
    for (const part of parts) result += text(part);
  });
  return result;
}
