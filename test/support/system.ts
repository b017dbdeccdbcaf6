// A system from a spec's text: built in a directory of its own, started, and asked over SSH once its console offers a login. The
// spec lets in the key that it is given.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { testContext } from './context.ts';
import { startTestMachine, testSshKey, withSerialLog } from './machine.ts';

const minute = 60_000;

export interface TestSystem {
  readonly machine: Machine;
  /** What the command says; throws where it fails. */
  run(command: string): Promise<string>;
  end(): Promise<void>;
}

export async function startSystem(name: string, spec: (key: string) => string): Promise<TestSystem> {
  const directory = await mkdtemp(join(tmpdir(), `catamaran-${name}-`));
  let machine: Machine | undefined;
  const end = async () => {
    await machine?.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const key = await testSshKey(directory);
    const file = join(directory, `${name}.yml`);
    await writeFile(file, spec(key.publicKey.trim()));
    const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const started = await startTestMachine({
      ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0 },
      onReboot: 'exit',
      ssh: { user: 'root', key },
    });
    machine = started;
    await withSerialLog(started, () => started.serial.waitFor(/ login:/, 10 * minute));
    return { machine: started, run: (command) => runOn(started, command), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function runOn(machine: Machine, command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
    machine.ssh(command, { limit: 5 * minute }),
  );
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}
