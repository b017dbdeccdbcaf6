// Who a container runs as: the settings' uid and gid, else the image's USER, whose names are looked up in the image's
// own passwd and group files (LinuxKit ignores USER; its users ask for this).
import { CatamaranError } from '../base/errors.ts';
import type { Settings } from '../spec/types.ts';
import { contentBytes } from '../tree/content.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import type { User } from './config.ts';

export async function resolveUser(
  settings: Settings,
  imageUser: string,
  tree: ReadonlyTree,
  name: string,
): Promise<User> {
  const extra = settings.additionalGids ? { additionalGids: settings.additionalGids } : {};
  if (settings.uid !== undefined || settings.gid !== undefined || imageUser === '') {
    return { uid: settings.uid ?? 0, gid: settings.gid ?? 0, ...extra };
  }
  const [user = '', group] = imageUser.split(':');
  const passwd = await readTable(tree, 'etc/passwd');
  const groups = await readTable(tree, 'etc/group');
  const entry = passwd.find(([login]) => login === user) ?? passwd.find(([, , uid]) => uid === user);
  const uid = number(user) ?? number(entry?.[2]);
  const gid =
    group === undefined
      ? (number(entry?.[3]) ?? 0)
      : (number(group) ?? number(groups.find(([each]) => each === group)?.[2]));
  if (uid === undefined || gid === undefined) throw unknownUser(imageUser, name);
  // As Docker does: all groups of the user, unless one is named.
  const member = group === undefined ? groups.filter((each) => isMember(each, entry?.[0])) : [];
  const others = member.flatMap((each) => number(each[2]) ?? []).filter((each) => each !== gid);
  return { uid, gid, ...(others.length > 0 ? { additionalGids: others } : {}), ...extra };
}

const isMember = ([, , , members = '']: readonly string[], login: string | undefined): boolean =>
  login !== undefined && members.split(',').includes(login);

const number = (text: string | undefined) =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

async function readTable(tree: ReadonlyTree, path: string): Promise<string[][]> {
  const node = tree.get(path);
  if (node?.type !== 'file') return [];
  const text = Buffer.from(await contentBytes(node.content)).toString('utf8');
  return text.split('\n').map((line) => line.split(':'));
}

function unknownUser(user: string, name: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'image-user-unknown',
    message: `the image of ${name} runs as ${JSON.stringify(user)}, which its /etc/passwd and /etc/group do not know`,
    hint: 'Give uid and gid in the spec.',
  });
}
