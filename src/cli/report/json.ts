// For programs: one JSON object for each event, one event on each line, on stdout. docs/cli.md describes them.
import type { Json } from '../../base/json.ts';
import { printableJson } from '../../base/printable.ts';
import type { Io } from '../io.ts';
import type { Front } from './front.ts';

/** Milliseconds between two `progress` events of one task. */
const patience = 500;

export function createJsonFront(io: Pick<Io, 'stdout' | 'now'>, verbose: boolean): Front {
  let tasks = 0;
  const emit = (event: string, members: object) =>
    void io.stdout.write(`${printableJson(JSON.stringify({ event, ...members }))}\n`);
  return {
    debug: (text) => emit('message', { level: 'debug', text }),
    info: (text) => emit('message', { level: 'info', text }),
    warn: (text, hint) => emit('message', { level: 'warning', text, hint }),
    warnAt: ({ code, message, hint, position }) =>
      emit('message', { level: 'warning', text: message, hint, code, position }),
    task(label, { unit, total } = {}) {
      tasks += 1;
      const task = tasks;
      let done = 0;
      let spoken = io.now();
      emit('task-start', { task, label, unit, total });
      return {
        advance(amount) {
          done += amount;
          if (io.now() - spoken < patience) return;
          spoken = io.now();
          emit('progress', { task, done, total });
        },
        done: (note) => emit('task-done', { task, label, note }),
      };
    },
    result: (command, value: Json) => emit('result', { command, result: value }),
    failure: ({ fault, exitCode, diagnostics, trace }) =>
      emit('error', { fault, exitCode, diagnostics, trace: verbose ? trace : undefined }),
    close() {},
  };
}
