// Who this machine is, kept beside the slot state: its id and its SSH host keys. A machine whose data partition is lost, or
// made anew, is the same one to all who know it. What is on the data partition counts, and is copied here.

import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { crc32 } from '../../gpt/crc32.ts';
import type { Host } from '../host/host.ts';
import type { Partitions } from '../slots/partitions.ts';

/** In the ab-state partition, in bytes: clusters that its file system gives to nobody. */
const place = 16_384;
const room = 8192;
const idPath = '/etc/machine-id';
const keyDirectory = '/var/lib/ssh';
const keyNames = ['ssh_host_ed25519_key', 'ssh_host_ecdsa_key'];
const paths = [
  idPath,
  ...keyNames.flatMap((name) => [name, `${name}.pub`]).map((name) => `${keyDirectory}/${name}`),
];

type Kept = Readonly<Record<string, string>>;
type Store = { readonly host: Host; readonly partitions: Pick<Partitions, 'read' | 'write'> };

/** Written only where it has changed: a torn write is seen by its sum, and made up for at the next boot. */
export function keepIdentity({ host, partitions }: Store): void {
  const files = Object.fromEntries(paths.map((path) => [path, host.readText(path) ?? '']));
  if (!/^[0-9a-f]{32}\s*$/.test(files[idPath] ?? '')) return;
  const known = parse(partitions.read('ab-state', place, room));
  if (known !== undefined && paths.every((path) => known[path] === files[path])) return;
  const bytes = serialise(files);
  if (bytes !== undefined) partitions.write('ab-state', place, bytes);
}

/** Where the data partition has none: what is there already stays. */
export function restoreIdentity({ host, partitions }: Store): void {
  const known = parse(partitions.read('ab-state', place, room));
  if (known === undefined) return;
  for (const path of paths) {
    const text = known[path] ?? '';
    if (text === '' || (host.readText(path) ?? '') !== '') continue;
    if (path.startsWith(keyDirectory)) host.run(['mkdir', '-p', '-m', '0700', keyDirectory]);
    // Before there is anything in it: nobody else reads a key meanwhile.
    host.writeFile(path, '');
    host.run(['chmod', path === idPath || path.endsWith('.pub') ? '0644' : '0600', path]);
    host.writeFile(path, text);
  }
}

/** Undefined where it has no room: then the next reset makes new ones. */
function serialise(files: Kept): Uint8Array | undefined {
  const body = encodeUtf8(JSON.stringify(files));
  const head = encodeUtf8(`identity ${body.length} ${sum(body)}\n`);
  if (head.length + body.length > room) return undefined;
  const bytes = new Uint8Array(room);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function parse(bytes: Uint8Array): Kept | undefined {
  const start = bytes.indexOf(0x0a) + 1;
  const head = /^identity ([1-9]\d{0,4}) ([0-9a-f]+)$/.exec(
    String.fromCharCode(...bytes.subarray(0, Math.min(64, Math.max(0, start - 1)))),
  );
  const body = bytes.subarray(start, start + Number(head?.[1] ?? 0));
  if (head === null || body.length !== Number(head[1]) || sum(body) !== head[2]) return undefined;
  try {
    const found = JSON.parse(decodeUtf8(body) ?? '') as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return undefined;
  }
}

const sum = (bytes: Uint8Array): string => crc32(bytes).toString(16);
