// One kind of probe on the machine: one try, a line of a POSIX shell that is good if it ends with 0. Whoever runs it sets
// the limit in time, and ends what is left of it.
import type { Probe, ProbeName } from '../../contract/probe.ts';
import type { ProbePlace } from './place.ts';

export type Script<Name extends ProbeName> = (probe: Probe<Name>, place: ProbePlace) => string;
