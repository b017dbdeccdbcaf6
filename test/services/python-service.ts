// A service written in Python, from the tools: started on a port of this machine that is free, and ended with the tests.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tools } from '../../src/tools/tools.ts';

/** Python finds its own files where the tools are. */
export const pythonEnvironment = (tools: Tools): Record<string, string> => ({
  PYTHONHOME: tools.path('usr'),
  PYTHONPATH: tools.path('usr/lib/python3/dist-packages'),
  PYTHONDONTWRITEBYTECODE: '1',
});

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface PythonService {
  /** What it has written. */
  log(): string;
  stop(): Promise<void>;
}

/** Once `url` answers. */
export async function startPython(
  tools: Tools,
  args: readonly string[],
  { url, cwd }: { readonly url: string; readonly cwd: string },
): Promise<PythonService> {
  const command = await tools.command('python3', args, { env: { ...pythonEnvironment(tools), HOME: cwd } });
  const child = spawn(command.file, command.args, {
    cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-100_000);
    });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the service ended before it answered:\n${text}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return { log: () => text, stop };
    await sleep(200);
  }
}
