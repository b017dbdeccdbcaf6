// One command of the agent: each is a file in this folder and a line in table.ts. What is said here is all that dispatch,
// usage and the script /usr/bin/catamaran-agent (component:agent) know of it.
import type { Host } from '../host/host.ts';

export interface Command {
  /** By which it is called: `bundle list`. */
  readonly words: string;
  /** What may follow them. */
  readonly usage?: string;
  /** For people; absent where only init, the agent itself or a container runtime calls it. */
  readonly summary?: string;
  /** It writes slots or their state: two at once would each undo what the other relies on. */
  readonly lock?: true;
  /** Of what follows; undefined where that makes no sense. */
  parse(words: readonly string[]): Work | undefined;
}

export type Work = (host: Host) => void;

/** For a command that takes no more words. */
export function alone(work: Work): Command['parse'] {
  return (words) => (words.length === 0 ? work : undefined);
}
