// What is done with one matter of user-data: each is a file in modules/, and a line in table.ts. A module says what it did,
// one line for each thing; what it throws becomes a failure, and the others go on.
import { CatamaranError, messageOf } from '../../../base/errors.ts';
import type { MachineConfig } from '../../../contract/user-data/machine-config.ts';
import type { Fetched, Request } from '../../../contract/user-data/reading.ts';
import type { Host } from '../../host/host.ts';

/** local: before the network and the onboot containers. network: before the services. final: after they have started. */
export type Pass = 'local' | 'network' | 'final';

/** One line for people. */
export interface Outcome {
  readonly module: string;
  readonly state: 'applied' | 'unchanged' | 'failed' | 'ignored';
  readonly what: string;
}

export interface Occasion {
  readonly pass: Pass;
  /** Whether this machine is another one than at its last boot: what is done once is done now. */
  readonly newInstance: boolean;
  fetch(request: Request): Fetched;
}

export interface Module {
  readonly name: string;
  /** For people: what happens, in the words of docs/user-data-modules.md. */
  readonly summary: string;
  readonly pass: Pass;
  /**
   * instance: once for each machine, so that what a person changes later stays. boot: each time. path: once, and what lies
   * where a boot forgets it, each time: the module looks by itself.
   */
  readonly when: 'instance' | 'boot' | 'path';
  /** What it writes lies in /etc: where that is in memory, once means at each boot. */
  readonly inEtc?: true;
  /** Whether there is anything for it to do; absent: it looks by itself. */
  isAsked?(config: MachineConfig): boolean;
  apply(work: ApplyWork): void;
}

export interface ApplyWork {
  readonly host: Host;
  readonly config: MachineConfig;
  readonly occasion: Occasion;
  readonly report: Report;
}

export interface Report {
  applied(what: string): void;
  unchanged(what: string): void;
  failed(what: string): void;
  ignored(what: string): void;
  /** Applied; unchanged where `work` says false; failed where it throws. Whether it did not fail. */
  attempt(what: string, work: () => unknown): boolean;
}

const longest = 400;

export function reportTo(outcomes: Outcome[], module: string): Report {
  const add = (state: Outcome['state']) => (what: string) => {
    const line = what.trim().replace(/\s*\n\s*/g, '; ');
    outcomes.push({ module, state, what: line.length > longest ? `${line.slice(0, longest)}…` : line });
  };
  const report = {
    applied: add('applied'),
    unchanged: add('unchanged'),
    failed: add('failed'),
    ignored: add('ignored'),
    attempt(what: string, work: () => unknown) {
      try {
        if (work() === false) report.unchanged(what);
        else report.applied(what);
        return true;
      } catch (error) {
        report.failed(`${what}: ${describe(error)}`);
        return false;
      }
    },
  };
  return report;
}

export function describe(error: unknown): string {
  const hint = error instanceof CatamaranError ? error.diagnostics[0]?.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}. ${hint}`;
}
