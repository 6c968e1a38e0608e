import { once } from 'node:events';
import { Writable } from 'node:stream';

/** A terminal, as two streams. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks for a line; Ctrl-D and Ctrl-C answer nothing. */
export async function askLine(question: string, { input, output }: Terminal): Promise<string> {
  return readLine(input, output, (lines, answer) => lines.question(question, answer));
}

/**
 * Asks for a line that is not shown. The question is printed once the terminal echoes no more: who pastes a value
 * at once would see it otherwise, while Node loads what reads it.
 */
export async function askHidden(question: string, { input, output }: Terminal): Promise<string> {
  // A terminal whose echo goes nowhere: the stream itself does not echo while it is read so.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await readLine(input, nowhere, (lines, take) => {
    lines.question('', take);
    output.write(question);
  });
  output.write('\n');
  return answer;
}

async function readLine(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  ask: (lines: import('node:readline').Interface, answer: (line: string) => void) => void,
): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input, output, terminal: true });
  try {
    const closed = once(lines, 'close').then(() => '');
    const answer = new Promise<string>((resolve) => ask(lines, resolve));
    return await Promise.race([answer, closed]);
  } finally {
    lines.close();
  }
}
