// What the updater needs beyond the agent's host: bytes from one place to another without a process for each of
// thousands of pieces.
import type { Host } from '../host/host.ts';

/** All in bytes. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

export interface UpdateHost extends Host {
  /** Between files or block devices, which stay as long as they are. Throws where either ends too early. */
  transfer(from: string, to: string, moves: Iterable<Move>): void;
}
