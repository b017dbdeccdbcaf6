// Where a probe is made, in words of a POSIX shell: on the host, or seen from a service's container.
import { quote } from '../host/quote.ts';

export interface ProbePlace {
  /** Before a program that is to have this network. */
  readonly network: string;
  /** Before a path. */
  readonly root: string;
  /** Before a program that is to run there. */
  readonly enter: string;
}

export const onHost: ProbePlace = { network: '', root: '', enter: '' };

/**
 * @param pid of the container's first process, within double quotes of a shell
 * @param pidFile where the runtime writes the process that it starts, as a word of a shell: it leaves that one behind
 *   when it is ended itself
 */
export function inContainer(name: string, pid: string, pidFile: string): ProbePlace {
  return {
    network: `nsenter -t "${pid}" -n `,
    root: `"/proc/${pid}/root"`,
    enter: `/usr/lib/catamaran/runtime exec --pid-file ${pidFile} ${quote(name)} `,
  };
}
