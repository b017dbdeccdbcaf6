// What is written one after the other, each part on a boundary: tables, blocks, members of an archive.
import { roundUp } from '../../base/size.ts';
import type { OutputFile } from './output-file.ts';

export interface Appender {
  /** In bytes: where the next part begins. */
  readonly position: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Up to there the caller writes himself, or lets zeros be. */
  skipTo(position: number): void;
  finish(): Promise<void>;
}

/** Parts begin at multiples of `alignment` bytes; zeros fill the rest. */
export function openAppender(file: OutputFile, alignment: number): Appender {
  let position = 0;
  return {
    get position() {
      return position;
    },
    async append(bytes) {
      await file.write(bytes, position);
      position = roundUp(position + bytes.length, alignment);
    },
    skipTo(next) {
      position = roundUp(next, alignment);
    },
    finish: () => file.extend(position),
  };
}
