#!/usr/bin/env node
import { processSurroundings } from './process.ts';
import { runCommandLine } from './program.ts';

// Not `process.exit`: what was written to a pipe would be lost.
process.exitCode = await runCommandLine(process.argv.slice(2), processSurroundings());
