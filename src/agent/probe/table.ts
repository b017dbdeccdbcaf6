// Each kind of probe (contract/probe.ts) as it is run on the machine: one try, a line of a POSIX shell that is good if it
// ends with 0. Whoever runs it sets the limit in time, and ends what is left of it.
import type { Probe, ProbeName } from '../../contract/probe.ts';
import { command } from './command.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import type { Place } from './place.ts';
import { tcp } from './tcp.ts';

export type Script<Name extends ProbeName> = (probe: Probe<Name>, place: Place) => string;

const scripts: { readonly [Name in ProbeName]: Script<Name> } = { command, file, http, tcp };

export function probeScript<Name extends ProbeName>(probe: Probe<Name>, place: Place): string {
  const script: Script<Name> = scripts[probe.kind as Name];
  return script(probe, place);
}
