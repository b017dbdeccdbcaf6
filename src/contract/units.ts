// Where systemd has a container: the unit that the agent writes for it at each boot, and the control group below it that the
// builder tells the container runtime. systemd leaves what is below a unit that is delegated to others.
import type { Section } from './bundles.ts';

/** Of its own for all containers: so they can be bounded together. */
export const containerSlice = 'containers.slice';
/** Where a unit's own processes are: a control group that has others below it may have none itself. */
export const unitSubgroup = 'supervisor';

/** `directory`: of the bundle. A service is called by its name alone, as people look for it. */
export function unitOf(section: Section, directory: string): string {
  return section === 'services' ? `${directory}.service` : `${section}-${directory}.service`;
}

export function controlGroupOf(section: Section, directory: string): string {
  return `/${containerSlice}/${unitOf(section, directory)}/container`;
}
