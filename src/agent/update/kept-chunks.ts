// The chunk indexes that lie on the data partition, of what runs and of what is being installed. A file's name says of what
// it is and which hash it has: ROOTHASH.SHA256. What is damaged or cannot be kept is fetched when it is needed.
import { AgentError, type Host } from '../host/host.ts';
import { digestFile } from './digest-file.ts';
import { putDurably } from './durable.ts';
import { updateDirectory } from './records.ts';

const directory = `${updateDirectory}/chunks`;

export interface KeptChunks {
  /** Where it lies now. */
  readonly path: string;
  readonly size: number;
  readonly rootHash: string;
  readonly sha256: string;
}

/** The path of a sound one; it ends with its hash. */
export function findKeptChunks(host: Host, rootHash: string): string | undefined {
  for (const name of host.listDirectory(directory) ?? []) {
    const path = `${directory}/${name}`;
    if (
      /^[0-9a-f]{64}\.[0-9a-f]{64}$/.test(name) &&
      name.startsWith(rootHash) &&
      digestFile(host, path) === name.slice(65)
    )
      return path;
  }
  return undefined;
}

/** Those of other releases than `wanted`, root hashes, go. */
export function keepChunks(
  host: Host,
  { path, size, rootHash, sha256 }: KeptChunks,
  wanted: readonly string[],
): void {
  try {
    for (const name of host.listDirectory(directory) ?? [])
      if (!wanted.includes(name.slice(0, 64)) || name.startsWith(rootHash))
        host.removeFile(`${directory}/${name}`);
    putDurably(host, `${directory}/${rootHash}.${sha256}`, host.readBytes(path, 0, size));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
  }
}
