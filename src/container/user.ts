// Who a container runs as: the settings' uid and gid, else the image's USER, whose names are looked up in the image's
// own passwd and group files (LinuxKit ignores USER; its users ask for this).
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import type { Settings } from '../specification/types.ts';
import { contentBytes, sizeOf } from '../tree/content.ts';
import type { TreeNode } from '../tree/node.ts';
import { linksOf, pathResolver } from '../tree/resolve-links.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import type { ProcessUser } from './config.ts';

/** In bytes: tens of thousands of users. */
const maxTableSize = 4 << 20;
/** The last number of 32 bits means "no change" to the kernel. */
const maxId = 0xffff_fffe;

export async function resolveUser(
  settings: Settings,
  imageUser: string,
  tree: ReadonlyTree,
  name: string,
): Promise<ProcessUser> {
  const extra = settings.additionalGids ? { additionalGids: settings.additionalGids } : {};
  if (settings.uid !== undefined || imageUser === '') {
    return { uid: settings.uid ?? 0, gid: settings.gid ?? 0, ...extra };
  }
  const [user, group] = splitUser(imageUser);
  // As a program in the container would find them: /etc or the file may be a symlink, relative or absolute.
  const resolve = pathResolver(linksOf(tree));
  const nodeAt = (path: string) => tree.get(resolve(path) ?? '');
  const passwd = await readTable(nodeAt, 'etc/passwd', name);
  const groups = await readTable(nodeAt, 'etc/group', name);
  const entry = passwd.find(([login]) => login === user) ?? passwd.find(([, , uid]) => uid === user);
  const uid = number(user) ?? number(entry?.[2]);
  const own = group === undefined ? number(entry?.[3] || '0') : gidOf(group, groups);
  const gid = settings.gid ?? own;
  if (uid === undefined || gid === undefined) throw unknownUser(imageUser, name);
  // As Docker does: all groups of the user, unless one is named.
  const isNamed = group !== undefined || settings.gid !== undefined;
  const member = isNamed ? [] : groups.filter((each) => isMember(each, entry?.[0]));
  const others = member.flatMap((each) => number(each[2]) ?? []).filter((each) => each !== gid);
  return { uid, gid, ...(others.length > 0 ? { additionalGids: others } : {}), ...extra };
}

/** `app:` is app, and `:100` is root with another group. */
function splitUser(text: string): [user: string, group: string | undefined] {
  const [user, group] = text.split(':');
  return [user || '0', group || undefined];
}

const gidOf = (group: string, groups: readonly (readonly string[])[]): number | undefined =>
  number(group) ?? number(groups.find(([each]) => each === group)?.[2]);

const isMember = ([, , , members = '']: readonly string[], login: string | undefined): boolean =>
  login !== undefined && members.split(',').includes(login);

const number = (text: string | undefined) =>
  text !== undefined && /^\d+$/.test(text) && Number(text) <= maxId ? Number(text) : undefined;

async function readTable(
  nodeAt: (path: string) => TreeNode | undefined,
  path: string,
  name: string,
): Promise<string[][]> {
  const node = nodeAt(path);
  if (node?.type !== 'file') return [];
  const size = sizeOf(node.content);
  if (size > maxTableSize) throw hugeTable(path, size, name);
  const text = Buffer.from(await contentBytes(node.content)).toString('utf8');
  return text.split('\n').map((line) => line.split(':'));
}

function hugeTable(path: string, size: number, name: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'image-user-unreadable',
    message: `/${path} of the image of ${name} has ${formatSize(size)}, and ${formatSize(maxTableSize)} are the most that is read for its USER`,
    hint: 'Give uid and gid in the spec.',
  });
}

function unknownUser(user: string, name: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'image-user-unknown',
    message: `the image of ${name} runs as ${JSON.stringify(user)}, which its /etc/passwd and /etc/group do not know`,
    hint: 'Give uid and gid in the spec.',
  });
}
