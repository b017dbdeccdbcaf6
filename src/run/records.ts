// The machines that `run` has started and that still run, each a directory in the cache: how it is reached, the key of this
// one run, and what its console has said. For `ssh` and `logs`. What a killed `run` has left behind is removed.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import { didYouMean } from '../document/suggest.ts';
import { machinesDirectory } from '../store/layout.ts';
import { isAbandoned, ownedName, ownerState } from '../store/owner.ts';

export interface MachineRecord {
  /** What was run, as people call it: `minimal` of minimal.yml. */
  readonly name: string;
  readonly arch: Arch;
  /** Of 127.0.0.1. */
  readonly sshPort: number;
}

export interface RunningMachine extends MachineRecord {
  readonly directory: string;
  /** Of its private key. */
  readonly key: string;
  /** Of what its console has said. */
  readonly console: string;
}

export interface RecordPlace {
  readonly directory: string;
  readonly key: string;
  readonly console: string;
  /** From now on others find it. */
  publish(record: MachineRecord): Promise<void>;
  remove(): Promise<void>;
}

const recordName = 'machine.json';

function placesIn(directory: string) {
  return { directory, key: join(directory, 'ssh-key'), console: join(directory, 'console.log') };
}

/** `cache`: its root. */
export async function makeRecord(cache: string): Promise<RecordPlace> {
  const directory = join(machinesDirectory(cache), ownedName());
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    ...placesIn(directory),
    publish: (record) => writeFile(join(directory, recordName), JSON.stringify(record)),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export async function runningMachines(cache: string): Promise<RunningMachine[]> {
  const root = machinesDirectory(cache);
  const names = await readdir(root).catch(() => []);
  const found: RunningMachine[] = [];
  for (const name of names.sort()) {
    const places = placesIn(join(root, name));
    if (isAbandoned(name)) await rm(places.directory, { recursive: true, force: true });
    if (ownerState(name) !== 'alive') continue;
    // One that is just being started, or just ending, has none.
    const text = await readFile(join(places.directory, recordName), 'utf8').catch(() => undefined);
    if (text !== undefined) found.push({ ...(JSON.parse(text) as MachineRecord), ...places });
  }
  return found;
}

/** Whether its `run` has not ended. */
export const isRunning = ({ directory }: Pick<RunningMachine, 'directory'>): boolean =>
  ownerState(basename(directory)) === 'alive' && existsSync(directory);

/** The only one, or the one of that name. */
export async function findMachine(cache: string, name: string | undefined): Promise<RunningMachine> {
  const machines = await runningMachines(cache);
  const named = machines.filter((machine) => name === undefined || machine.name === name);
  const [first, ...others] = named;
  if (first !== undefined && others.length === 0) return first;
  const names = [...new Set(machines.map((machine) => machine.name))];
  throw new CatamaranError('usage', {
    code: 'machine-unknown',
    message:
      machines.length === 0
        ? 'no machine of `catamaran run` is running'
        : first === undefined
          ? `no machine ${JSON.stringify(name)} is running`
          : `${named.length} machines are running`,
    hint:
      machines.length === 0
        ? 'Start one in another terminal: catamaran run SPEC'
        : (didYouMean(name ?? '', names) ?? `Name one with --machine: ${names.join(', ')}.`),
  });
}
