// Debian's docker-registry, run from the tools on a port of its own, with a directory of its own.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { hostTools } from '../../support/tools.ts';
import { temporaryDirectory } from './images.ts';

/** bcrypt of `open-sesame`, as htpasswd -B writes it. */
const htpasswdLine = 'alice:$2y$05$ch7rZyLlvkiPNR67gKZmtuS02RuaPO2Ej7/neT8nR6/OAEqugsmCm\n';
export const alice = { username: 'alice', password: 'open-sesame' };

/** Answers with its host and port. It ends with the test. */
export async function startRealRegistry(options: { htpasswd?: boolean } = {}): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'htpasswd'), htpasswdLine);
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: '127.0.0.1:0' },
    ...(options.htpasswd && { auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } } }),
  };
  // JSON is YAML.
  await writeFile(join(directory, 'config.yml'), JSON.stringify(config));
  const tools = await hostTools(['tools-registry']);
  const command = await tools.command('docker-registry', ['serve', join(directory, 'config.yml')]);
  const child = spawn(command.file, command.args, { env: command.env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    lines.push(line);
    const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stderr.resume();
    return address;
  }
  throw new Error(`docker-registry ended before it listened:\n${lines.join('\n')}`);
}
