// What scripts in QuickJS need to read a repository in a directory.
import { verifySignature } from '../../../src/tuf/verify-signature.ts';

interface QuickJsFile {
  seek(offset: number, whence: number): number;
  tell(): number;
  read(buffer: ArrayBuffer, offset: number, length: number): number;
  close(): void;
}
interface QuickJs {
  scriptArgs: string[];
  print(text: string): void;
  std: { open(path: string, flags: string): QuickJsFile | null; SEEK_SET: number; SEEK_END: number };
}
export const { scriptArgs, std, print } = globalThis as unknown as QuickJs;

export function readFile(path: string): Uint8Array | undefined {
  const file = std.open(path, 'rb');
  if (file === null) return undefined;
  file.seek(0, std.SEEK_END);
  const size = file.tell();
  file.seek(0, std.SEEK_SET);
  const bytes = new Uint8Array(size);
  file.read(bytes.buffer, 0, size);
  file.close();
  return bytes;
}

/** For the client, with a store that lasts as long as the script; trust begins with its first root. */
export function openQuickJsRepository(directory: string, now: number) {
  const store = new Map<string, Uint8Array>();
  const fetched: string[] = [];
  const fetch = (path: string) => {
    fetched.push(path);
    return readFile(`${directory}/${path}`);
  };
  const options = {
    verify: verifySignature,
    repository: { fetch },
    store: {
      get: (name: string) => store.get(name),
      put: (name: string, bytes: Uint8Array) => void store.set(name, bytes),
      remove: (name: string) => void store.delete(name),
    },
    firstRoot: readFile(`${directory}/metadata/1.root.json`)!,
    now,
  };
  return { options, store, fetched };
}
