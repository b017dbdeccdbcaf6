// Each kind of probe (contract/probe.ts) as it is run on the machine.
import type { Probe, ProbeName } from '../../contract/probe.ts';
import { command } from './command.ts';
import { file } from './file.ts';
import { free } from './free.ts';
import { http } from './http.ts';
import type { ProbePlace } from './place.ts';
import type { Script } from './script.ts';
import { tcp } from './tcp.ts';

const scripts: { readonly [Name in ProbeName]: Script<Name> } = { command, file, free, http, tcp };

export function probeScript<Name extends ProbeName>(probe: Probe<Name>, place: ProbePlace): string {
  const script: Script<Name> = scripts[probe.kind as Name];
  return script(probe, place);
}
