// For QuickJS: each file that is named is described, with a line between them.
import { describe } from './describe.ts';

interface Std {
  open(
    path: string,
    mode: string,
  ): {
    seek(offset: number, whence: number): void;
    tell(): number;
    read(buffer: ArrayBuffer, offset: number, size: number): number;
    close(): void;
  };
  readonly SEEK_END: number;
  readonly SEEK_SET: number;
}
declare const scriptArgs: readonly string[];
declare const std: Std;
declare const print: (text: string) => void;

for (const path of scriptArgs.slice(1)) {
  const file = std.open(path, 'rb');
  file.seek(0, std.SEEK_END);
  const bytes = new Uint8Array(file.tell());
  file.seek(0, std.SEEK_SET);
  file.read(bytes.buffer, 0, bytes.length);
  file.close();
  print(`=== ${path}\n${describe(bytes)}`);
}
