// Does what user-data says, module after module. Never throws, and waits for nothing without a limit: a machine comes up
// whatever its user-data is. A config that is known only when the network is up goes through `local` first.
import type { MachineConfig } from '../../../contract/user-data/machine-config.ts';
import type { Host } from '../../host/host.ts';
import { describe, type Module, type Occasion, type Outcome, type Pass, reportTo } from './module.ts';
import { isEtcInMemory } from './places.ts';
import { applyModules } from './table.ts';

export type { Occasion, Outcome, Pass } from './module.ts';

export function applyConfig(host: Host, config: MachineConfig, occasion: Occasion): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const module of applyModules.filter((each) => isDue(host, each, occasion))) {
    const report = reportTo(outcomes, module.name);
    try {
      module.apply({ host, config, occasion, report });
    } catch (error) {
      report.failed(describe(error));
    }
  }
  // What is remembered as done must be on the disk by then.
  if (outcomes.some(({ state }) => state === 'applied')) host.run(['sync', '-f', '/var']);
  return outcomes;
}

/** Whether any module of the pass may have something to do. */
export function hasWork(config: MachineConfig, pass: Pass): boolean {
  return applyModules.some((each) => each.pass === pass && (each.isAsked?.(config) ?? true));
}

function isDue(host: Host, { pass, when, inEtc }: Module, occasion: Occasion): boolean {
  if (pass !== occasion.pass) return false;
  return when !== 'instance' || occasion.newInstance || (inEtc === true && isEtcInMemory(host));
}
