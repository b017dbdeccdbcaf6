// The updater's host in QuickJS.
import { AgentError } from '../host/host.ts';
import { quickJsHost } from '../host/host-quickjs.ts';
import type { UpdateHost } from './host.ts';

interface QuickJsFiles {
  readonly O_RDONLY: number;
  readonly O_WRONLY: number;
  readonly SEEK_SET: number;
  open(path: string, flags: number): number;
  close(descriptor: number): number;
  seek(descriptor: number, offset: number, whence: number): number;
  read(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
  write(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
}

const { os } = globalThis as unknown as { os: QuickJsFiles };
const chunk = 1 << 20;

export const quickJsUpdateHost: UpdateHost = {
  ...quickJsHost,
  transfer(from, to, moves) {
    const source = os.open(from, os.O_RDONLY);
    const target = os.open(to, os.O_WRONLY);
    try {
      if (source < 0) throw new AgentError(`${from} cannot be read`);
      if (target < 0) throw new AgentError(`${to} cannot be written`);
      const buffer = new ArrayBuffer(chunk);
      for (const move of moves) {
        os.seek(source, move.from, os.SEEK_SET);
        os.seek(target, move.to, os.SEEK_SET);
        for (let left = move.size; left > 0; ) {
          const count = os.read(source, buffer, 0, Math.min(left, chunk));
          if (count <= 0)
            throw new AgentError(`${from} ends ${left} bytes before byte ${move.from + move.size}`);
          for (let done = 0; done < count; ) {
            const written = os.write(target, buffer, done, count - done);
            if (written <= 0)
              throw new AgentError(`${to} cannot be written at byte ${move.to + move.size - left}`);
            done += written;
            left -= written;
          }
        }
      }
    } finally {
      if (source >= 0) os.close(source);
      if (target >= 0) os.close(target);
    }
  },
};
