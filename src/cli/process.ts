import { setTimeout as timeout } from 'node:timers/promises';
import { processEnvironment } from '../config/environment.ts';
import { systemClock } from '../core/clock.ts';
import { askHidden, askLine } from './ask-line.ts';
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
    if (error.code === 'EPIPE') process.exit(0);
    // A full disk, most often. Standard error itself may be what failed, and then nobody can be told.
    if (stream !== process.stderr) {
      const text = `hookwright: expected standard output to take what is printed, got ${error.code}.\n`;
      process.stderr.write(text);
    }
    process.exit(1);
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
  const terminal = { input: process.stdin, output: process.stderr };
  return {
    terminal: process.stdin.isTTY === true,
    read: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    ask: (question) => askLine(question, terminal),
    askHidden: (question) => askHidden(question, terminal),
  };
}
