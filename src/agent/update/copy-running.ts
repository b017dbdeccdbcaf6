// Bytes of the running slot to where the new release has them. A medium that does not give them is no end of the update:
// they are fetched.
import { AgentError, type Move } from '../host/host.ts';
import { Damaged } from './job.ts';
import type { UpdateMachine } from './machine.ts';

export function copyFromRunning(
  { host }: UpdateMachine,
  from: string,
  to: string,
  moves: Iterable<Move>,
): void {
  try {
    host.transfer(from, to, moves);
  } catch (error) {
    if (!(error instanceof AgentError) || (error.code !== 'file-short' && error.code !== 'file-read'))
      throw error;
    throw new Damaged(error.message);
  }
}
