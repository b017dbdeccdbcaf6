// The client in QuickJS, as the device runs it: reads a repository in a directory, and prints what it found and how long
// that took. Arguments: the directory, the channel, and the machine's time.
import { fetchSignedManifest } from '../../../src/contract/signed-release.ts';
import { readPointer } from '../../../src/tuf/channel.ts';
import { refresh } from '../../../src/tuf/client.ts';
import { verifySignature } from '../../../src/tuf/ed25519.ts';
import { bucketOf, shareAt } from '../../../src/tuf/rollout.ts';

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
const { scriptArgs, std, print } = globalThis as unknown as QuickJs;
const [, directory, channel, now] = scriptArgs;

function readFile(path: string): Uint8Array | undefined {
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

const store = new Map<string, Uint8Array>();
const options = {
  verify: verifySignature,
  repository: { fetch: (path: string) => readFile(`${directory}/${path}`) },
  store: {
    get: (name: string) => store.get(name),
    put: (name: string, bytes: Uint8Array) => void store.set(name, bytes),
    remove: (name: string) => void store.delete(name),
  },
  firstRoot: readFile(`${directory}/metadata/1.root.json`)!,
  now: Number(now),
};

function check() {
  const begun = Date.now();
  const client = refresh(options);
  const pointer = readPointer(client, channel!, 'amd64')!;
  const manifest = fetchSignedManifest(client, pointer.release, { os: 'lighthouse', arch: 'amd64' });
  const bucket = bucketOf('d41d8cd98f00b204e9800998ecf8427e', pointer.rollout.salt);
  return { client, pointer, manifest, bucket, milliseconds: Date.now() - begun };
}

const first = check();
const second = check();
print(
  JSON.stringify({
    root: first.client.root.version,
    version: first.pointer.release.version,
    rootHash: first.manifest.roothash,
    bucket: first.bucket,
    share: shareAt(first.pointer.rollout, Number(now)),
    stored: [...store.keys()],
    milliseconds: [first.milliseconds, second.milliseconds],
  }),
);
