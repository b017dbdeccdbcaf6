// Where an init keeps containers in control groups of its own, their bundles say so; a spec that names one has its way.
import { expect, test } from 'vitest';
import { placeInControlGroup } from '../../src/container/control-group.ts';
import { docker } from '../../src/container/init/docker.ts';
import { runit } from '../../src/container/init/runit.ts';
import { systemd } from '../../src/container/init/systemd.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { file, type Tree } from '../../src/tree/tree.ts';

const path = 'containers/services/web/config.json';
const placed = async (config: string, init: typeof systemd) => {
  const tree: Tree = new Map([[path, file(config)]]);
  await placeInControlGroup(tree, '/containers/services/web', init);
  const node = tree.get(path)!;
  return node.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : '';
};

test('the group is below the unit; numbers keep their digits, and what a program is told keeps its words', async () => {
  const config = '{"process": {"args": ["\\"linux\\": {"]}, "linux": {"limit": 18446744073709551615}}';
  const text = await placed(config, systemd);
  expect(text).toContain(
    '"linux": {"cgroupsPath": "/containers.slice/web.service/container","limit": 18446744073709551615}',
  );
  expect(text).toContain('["\\"linux\\": {"]');
});

test('system-docker’s are named as the services are', async () => {
  expect(await placed('{"linux": {"a": 1}}', docker)).toContain('"cgroupsPath": "/system-docker/web"');
});

test('a spec’s own group stays, and another init leaves the bundle as it is', async () => {
  const own = '{"linux": {"cgroupsPath": "/mine"}}';
  expect(await placed(own, systemd)).toBe(own);
  expect(await placed('{"linux": {}}', runit)).toBe('{"linux": {}}');
});
