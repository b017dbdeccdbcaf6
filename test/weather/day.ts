// One bad day: what is done to a machine, and what must hold afterwards beside that it answers on its console and by SSH.
// Each kind of day is a file in days/, and table.ts lists them.
import type { WeatherMachine } from './machine.ts';

export interface Day {
  /** The row of docs/weather.md. */
  readonly name: string;
  /** In the sample that runs without being asked for. */
  readonly sample?: true;
  readonly harm: (machine: WeatherMachine) => Promise<unknown>;
  /** Before a boot: a line of a shell with which it goes down, for nobody gets in after that. */
  readonly last?: string;
  readonly holds?: (machine: WeatherMachine) => Promise<unknown>;
  /** So that the next day begins with a machine that is well. */
  readonly mend?: (machine: WeatherMachine) => Promise<unknown>;
}
