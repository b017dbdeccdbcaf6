#!/usr/bin/env node
// The process's entry: hands the real streams, environment, clock and signals to main, and its answer to the shell.
// Nothing else touches the process.
import { availableParallelism } from 'node:os';
import type { EndingSignal } from './exit-codes.ts';
import { main } from './main.ts';
import { homeDirectory, workingDirectory } from './surroundings.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

const code = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  get cwd() {
    return workingDirectory();
  },
  get home() {
    return homeDirectory();
  },
  machine: process.arch,
  cores: availableParallelism(),
  now: () => Date.now(),
  onSignal(listener: (signal: EndingSignal) => void) {
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  die(signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  },
});
// Not exitCode alone: an idle connection must not keep a finished command waiting.
process.exit(code);
