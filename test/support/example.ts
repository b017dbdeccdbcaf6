// One of examples/ as a machine: built as it stands, in a copy of its own, and asked over SSH.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ServiceReport } from '../../src/agent/services/manager.ts';
import { loginKeyName } from '../../src/contract/run-login.ts';
import type { Context } from '../../src/lock/context.ts';
import { buildSpec } from '../../src/output/build.ts';
import { testContext } from './context.ts';
import { startTestMachine, testSshKey, withSerialLog } from './machine.ts';

/** Their directory. */
export const examples = join(import.meta.dirname, '../../examples');

const minute = 60_000;

export interface ExampleMachine {
  /** What the command says; throws where it fails. */
  run(command: string): Promise<string>;
  services(): Promise<readonly ServiceReport[]>;
}

/** It ends with the test. `context`: what is otherwise than in the other tests. */
export async function startExample(name: string, context: Partial<Context> = {}): Promise<ExampleMachine> {
  const directory = await mkdtemp(join(tmpdir(), `catamaran-example-${name}-`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // Elsewhere than in the repository, for a lock is written beside it.
  await cp(examples, directory, { recursive: true });
  const key = await testSshKey(directory);
  const file = join(directory, `${name}.yml`);
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, { ...(await testContext()), ...context });
  const machine = await startTestMachine({
    ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0 },
    ssh: { user: 'root', key },
    firmwareConfig: { [loginKeyName]: key.publicKey.trim() },
  });
  onTestFinished(async () => void (await machine.kill()));
  const run = async (command: string) => {
    const { exitCode, stdout, stderr } = await withSerialLog(machine, () =>
      machine.ssh(command, { limit: 10 * minute }),
    );
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  return { run, services: async () => JSON.parse(await run('catamaran-agent services --json')) };
}
