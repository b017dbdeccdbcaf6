// Programs that would run as somebody else, and directories whose bits mean something else.
import { expect, test } from 'vitest';
import { generateNoSetId } from '../../../src/component/generators/no-set-id.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { directory, file } from '../../../src/tree/tree.ts';

test('files lose the bits, and nothing else changes', async () => {
  const mount = file('a', 0o4755);
  const tree = new Map<string, TreeNode>([
    ['usr/bin/mount', mount],
    ['usr/bin/mount.too', mount],
    ['usr/bin/wall', file('b', 0o2755)],
    ['usr/bin/ls', file('c', 0o755)],
    ['var/log/journal', directory(0o2755)],
  ]);
  await generateNoSetId(tree);
  const modes = [...tree].map(([path, node]) => [path, (node as { mode: number }).mode.toString(8)]);
  expect(modes).toEqual([
    ['usr/bin/mount', '755'],
    ['usr/bin/mount.too', '755'],
    ['usr/bin/wall', '755'],
    ['usr/bin/ls', '755'],
    ['var/log/journal', '2755'],
  ]);
  expect(tree.get('usr/bin/mount')).toBe(tree.get('usr/bin/mount.too'));
});
