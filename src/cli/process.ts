import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as timeout } from 'node:timers/promises';
import { processEnvironment } from '../config/environment.ts';
import { systemClock } from '../core/clock.ts';
import type { Input, Output, StopSignal, Surroundings } from './surroundings.ts';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** The process itself as surroundings. What is heavy is loaded when it is used. */
export function processSurroundings(): Surroundings {
  return {
    env: processEnvironment(),
    out: output(process.stdout),
    err: output(process.stderr),
    input: standardInput(),
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
    startApp: async (...args) => (await import('../app.ts')).startApp(...args),
    sleep: async (ms, signal) => {
      await timeout(ms, undefined, { signal }).catch(() => {});
    },
    ended: new AbortController().signal,
    onStop: (listener) => {
      for (const signal of STOP_SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

function output(stream: NodeJS.WriteStream): Output {
  // `hookwright event list | head` closes the pipe early: that is the reader's wish, not a failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    terminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (data) => {
      stream.write(data);
    },
  };
}

function standardInput(): Input {
  return {
    terminal: process.stdin.isTTY === true,
    read: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    ask: (question) => askLine(question, process.stderr),
    askHidden: async (question) => {
      process.stderr.write(question);
      // A terminal whose echo goes nowhere: the stream itself does not echo while it is read so.
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const answer = await askLine('', nowhere);
      process.stderr.write('\n');
      return answer;
    },
  };
}

async function askLine(question: string, output: NodeJS.WritableStream): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const closed = once(lines, 'close').then(() => ''); // Ctrl-D answers nothing.
    const answer = new Promise<string>((resolve) => lines.question(question, resolve));
    return await Promise.race([answer, closed]);
  } finally {
    lines.close();
  }
}
