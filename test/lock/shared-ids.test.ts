import { expect, test } from 'vitest';
import { warnOfSharedIds } from '../../src/lock/shared-ids.ts';
import { lockedSpec } from '../output/support.ts';

const messagesOf = async (text: string) => {
  const { spec, images } = await lockedSpec(text);
  return warnOfSharedIds(spec, images).map(({ message, position }) => `${position?.line}: ${message}`);
};

test('a container’s name that stands for the number of a component’s user is told at its place', async () => {
  expect(
    await messagesOf(`services:
  - {name: app, image: component:sysctl, uid: app, gid: app, additionalGids: [app]}
  - {name: sshd, image: component:sshd, uid: root}
files:
  - {path: etc/app, contents: x, uid: app}
  - {path: etc/key, contents: x, uid: sshd}
`),
  ).toEqual([
    '2: app stands for 100, which is also the user sshd of component:sshd',
    '5: app stands for 100, which is also the user sshd of component:sshd',
  ]);
});

test('a number, and a name that stands for another one, are not', async () => {
  expect(
    await messagesOf(`onboot:
  - {name: first, image: component:sysctl, uid: 100}
services:
  - {name: sshd, image: component:sshd, uid: sshd}
`),
  ).toEqual([]);
});
