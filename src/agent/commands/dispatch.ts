// From words on the command line to an exit status: the one place of the agent's two programs that turns an error into a
// message. 0 done, 1 failed, 2 called wrongly.
import { messageOf } from '../../base/errors.ts';
import type { Host } from '../host/host.ts';

export interface Commands<H extends Host> {
  readonly usage: readonly string[];
  /** Undefined where the words are no command. */
  find(words: readonly string[]): ((host: H) => void) | undefined;
}

export function dispatch<H extends Host>(
  words: readonly string[],
  host: H,
  { usage, find }: Commands<H>,
): 0 | 1 | 2 {
  const command = find(words);
  if (command === undefined) {
    for (const line of usage) host.print(line);
    return 2;
  }
  try {
    command(host);
    return 0;
  } catch (error) {
    host.print(`catamaran-agent ${words.join(' ')}: ${messageOf(error)}`);
    return 1;
  }
}
