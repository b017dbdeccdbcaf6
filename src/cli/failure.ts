// What a command threw, sorted by whose fault it is, and rendered for people. Anything that is not a CatamaranError,
// not an interruption and not this machine's doing is a bug of ours.
import { CatamaranError, type Diagnostic, type Fault, messageOf, type Problem } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { renderDiagnostic } from '../base/render.ts';
import { type EndingSignal, signalCodes } from './exit-codes.ts';
import { makePaint } from './paint.ts';
import { version } from './version.ts';

export interface Failure {
  readonly fault: Fault | 'interrupted';
  readonly exitCode: number;
  readonly diagnostics: readonly Diagnostic[];
  /** For --verbose: the stack and the chain of causes. */
  readonly trace?: string | undefined;
}

/** System errors that say something of the machine, not of our code. */
const systemErrors: Readonly<Record<string, Problem>> = {
  ENOSPC: {
    code: 'disk-full',
    message: 'no space left on the disk',
    hint: 'Free some space; `catamaran cache gc` removes what is not used.',
  },
  EDQUOT: {
    code: 'disk-full',
    message: 'the disk quota is used up',
    hint: 'Free some space; `catamaran cache gc` removes what is not used.',
  },
  EACCES: {
    code: 'no-permission',
    message: 'no permission',
    hint: 'Give your user access, or name another place (--cache, --out).',
  },
  EPERM: {
    code: 'no-permission',
    message: 'the operation is not permitted',
    hint: 'Give your user access, or name another place (--cache, --out).',
  },
  EROFS: {
    code: 'read-only',
    message: 'the file system is read-only',
    hint: 'Name another place (--cache, --out).',
  },
  EMFILE: {
    code: 'too-many-files',
    message: 'too many open files',
    hint: 'Raise the limit (`ulimit -n 4096`) or lower --jobs.',
  },
  EIO: { code: 'disk-error', message: 'the disk failed', hint: 'Look at the kernel log (`dmesg`).' },
};

export function failureOf(thrown: unknown, interruptedBy: EndingSignal | undefined): Failure {
  const trace = traceOf(thrown);
  if (interruptedBy !== undefined) {
    return {
      fault: 'interrupted',
      exitCode: signalCodes[interruptedBy],
      diagnostics: [{ code: 'interrupted', message: 'interrupted; what was finished is in the cache' }],
      trace,
    };
  }
  if (thrown instanceof CatamaranError) {
    const { fault, diagnostics } = thrown;
    return { fault, exitCode: exitCodes[fault], diagnostics, trace };
  }
  const system = systemErrors[(thrown as NodeJS.ErrnoException | undefined)?.code ?? ''];
  if (system) {
    const diagnostic = { ...system, message: `${system.message}: ${messageOf(thrown)}` };
    return { fault: 'environment', exitCode: exitCodes.environment, diagnostics: [diagnostic], trace };
  }
  const bug: Diagnostic = {
    code: 'internal',
    message: `this is a bug in Catamaran ${version}: ${messageOf(thrown).split('\n')[0]}`,
    hint: 'Run the command again with --verbose and report what it prints.',
  };
  return { fault: 'internal', exitCode: exitCodes.internal, diagnostics: [bug], trace };
}

function traceOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const stack = thrown.stack ?? thrown.message;
  const cause = thrown.cause === undefined ? undefined : (traceOf(thrown.cause) ?? messageOf(thrown.cause));
  return cause === undefined ? stack : `${stack}\ncaused by ${cause}`;
}

export function renderFailure(failure: Failure, options: { color: boolean; verbose: boolean }): string {
  const paint = makePaint(options.color);
  const parts = failure.diagnostics.map((diagnostic) =>
    renderDiagnostic(diagnostic, { color: options.color, codes: true }),
  );
  if (failure.diagnostics.length > 1) parts.push(paint('bold', `${failure.diagnostics.length} errors`));
  if (options.verbose && failure.trace !== undefined) parts.push(paint('dim', failure.trace));
  const apart = failure.diagnostics.length > 1 ? '\n\n' : '\n';
  return `${parts.map((part) => part.replace(/\n+$/, '')).join(apart)}\n`;
}
