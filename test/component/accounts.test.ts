// Users and groups as lines: passwd(5), group(5), shadow(5).
import { expect, test } from 'vitest';
import { accountLines, mergeAccountLines, writeAccounts } from '../../src/component/accounts.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { file, type Tree } from '../../src/tree/tree.ts';

const root = { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh', gecos: 'root' };
const app = { name: 'app', uid: 100, gid: 101, home: '/nonexistent', shell: '/usr/sbin/nologin', gecos: '' };

async function textOf(tree: Tree, path: string): Promise<string | undefined> {
  const node = tree.get(path);
  return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : undefined;
}

test('a line for each, no passwords, and shadow is not for everybody', async () => {
  const tree: Tree = new Map();
  await writeAccounts(tree, {
    users: [root, app],
    groups: [
      { name: 'app', gid: 101, members: [] },
      { name: 'tty', gid: 5, members: ['root', 'app'] },
    ],
  });
  expect(await textOf(tree, 'etc/passwd')).toBe(
    'root:x:0:0:root:/root:/bin/sh\napp:x:100:101::/nonexistent:/usr/sbin/nologin\n',
  );
  expect(await textOf(tree, 'etc/group')).toBe('app:x:101:\ntty:x:5:root,app\n');
  expect(await textOf(tree, 'etc/shadow')).toBe('root:*:::::::\napp:*:::::::\n');
  expect([...tree].map(([path, { mode }]) => `${mode.toString(8)} ${path}`).sort()).toEqual([
    '640 etc/shadow',
    '644 etc/group',
    '644 etc/passwd',
    '755 etc',
  ]);
});

test('without users and groups nothing is written', async () => {
  const tree: Tree = new Map();
  await writeAccounts(tree, { users: [], groups: [] });
  expect([...tree]).toEqual([]);
});

test('what packages ship stays; a user that the component names too is the component’s', async () => {
  const tree: Tree = new Map([
    [
      'etc/passwd',
      file('root:x:0:0:root:/root:/bin/bash\ngames:x:5:60:games:/usr/games:/usr/sbin/nologin\n'),
    ],
  ]);
  await writeAccounts(tree, { users: [app, root], groups: [] });
  expect(await textOf(tree, 'etc/passwd')).toBe(
    'root:x:0:0:root:/root:/bin/sh\ngames:x:5:60:games:/usr/games:/usr/sbin/nologin\n' +
      'app:x:100:101::/nonexistent:/usr/sbin/nologin\n',
  );
  expect(tree.has('etc/group')).toBe(false);
});

test('lists merge by name: the first place, the last word', () => {
  expect(mergeAccountLines([['a:1', 'b:1'], ['c:2', 'a:2'], []])).toEqual(['a:2', 'b:1', 'c:2']);
});

test('lines of a file; none of what is no file', async () => {
  const tree: Tree = new Map([['etc/group', file('a:x:1:\n\nb:x:2:')]]);
  expect(await accountLines(tree, 'etc/group')).toEqual(['a:x:1:', 'b:x:2:']);
  expect(await accountLines(tree, 'etc/passwd')).toEqual([]);
});
