import { expect, test } from 'vitest';
import { requireProgram, usualPath } from '../../src/container/program.ts';
import { readSpec } from '../../src/specification/read.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { bundleOf, imageOf, jsonOf } from './support.ts';

const tree: Tree = new Map<string, TreeNode>([
  ['bin', symlink('usr/bin')],
  ['usr/bin', directory()],
  ['usr/bin/real', file('', 0o755)],
  ['usr/bin/link', symlink('/opt/app/real')],
  ['usr/bin/loose', symlink('gone')],
  ['usr/bin/data', file('', 0o644)],
  ['opt/app/real', file('', 0o700)],
]);

/** How it goes with this command, and with more of the container's settings. */
async function attempt(command: string, more = '', env: string[] = []): Promise<string> {
  const text = `services: [{name: web, image: b, command: [${command}], ${more}}]`;
  const { start } = await bundleOf(text, imageOf({ Env: env }), { tree });
  try {
    requireProgram(readSpec('spec.yml', text, {}).services[0]!, start, tree);
    return 'starts';
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

test.each([
  ['real', ''],
  ['/usr/bin/real', ''],
  ['/bin/real', ''],
  ['link', ''],
  ['app/real', 'cwd: /opt'],
  ['real', 'env: ["PATH=/nowhere:/opt/app"]'],
  // What is mounted there has it, or not.
  ['/mnt/app', 'binds: ["/mnt:/mnt"]'],
  ['nginx', 'tmpfs: [/usr/bin]'],
  ['/app', 'mounts: [{type: bind, source: /a, destination: /app}]'],
])('%s %s starts', async (command, more) => {
  expect(await attempt(command, more)).toBe('starts');
});

test.each([
  ['nginx', '', 'web cannot start: b:latest has no nginx in its PATH'],
  ['/usr/bin/nginx', '', 'b:latest has no /usr/bin/nginx'],
  ['loose', '', 'b:latest has no loose in its PATH'],
  ['data', '', 'b:latest has no executable data in its PATH'],
  ['usr/bin', '', 'b:latest has no usr/bin'],
  ['real', 'env: ["PATH=/sbin"]', 'b:latest has no real in its PATH'],
  ['/mnt/app', 'binds: ["/mnt:/mn"]', 'b:latest has no /mnt/app'],
])('%s %s does not start, and the build says so', async (command, more, message) => {
  expect(await attempt(command, more)).toContain(message);
});

test('what an image of others starts by itself is theirs; what a component starts is looked for', async () => {
  for (const [image, starts] of [
    ['b', true],
    ['./b', false],
    ['component:b', false],
  ] as const) {
    const text = `services: [{name: web, image: "${image}"}]`;
    const { start } = await bundleOf(text, imageOf({ Cmd: ['/gone'] }), { tree });
    const require = () => requireProgram(readSpec('spec.yml', text, {}).services[0]!, start, tree);
    if (starts) expect(require).not.toThrow();
    else expect(require).toThrow('has no /gone');
  }
});

test.each([
  [[], [usualPath]],
  [['A=1'], ['A=1', usualPath]],
  [['PATH=/x'], ['PATH=/x']],
])('of an image with the environment %j a container has %j', async (env, whole) => {
  const bundle = await bundleOf('services: [{name: web, image: b, command: [real]}]', imageOf({ Env: env }));
  expect((await jsonOf(bundle, 'config.json')).process.env).toEqual(whole);
});
