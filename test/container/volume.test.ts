import { expect, it } from 'vitest';
import { makeVolume } from '../../src/container/volume.ts';

it('a volume has a place for memory unless it is read-only', () => {
  const { tree, mountPoint } = makeVolume({ name: 'data', readonly: false });
  expect(mountPoint).toBe('/containers/volumes/data/lower');
  expect([...tree.keys()].sort()).toEqual([
    'containers',
    'containers/volumes',
    'containers/volumes/data',
    'containers/volumes/data/lower',
    'containers/volumes/data/merged',
    'containers/volumes/data/tmp',
  ]);
  expect(makeVolume({ name: 'data', readonly: true }).tree.has('containers/volumes/data/tmp')).toBe(false);
});

it.each([
  ['my app', 'my_app-cccdfa68'],
  ['..', /^[\w-]+$/],
  ['', /^[\w-]+$/],
])('a volume that is called %j has one directory of its own', (name, expected) => {
  const { mountPoint, tree } = makeVolume({ name, readonly: true });
  const [, , volumes, place, lower, ...deeper] = mountPoint.split('/');
  expect([volumes, lower, deeper]).toEqual(['volumes', 'lower', []]);
  expect(place).toMatch(expected);
  expect(
    [...tree.keys()].every((path) => mountPoint.startsWith(`/${path}`) || path.endsWith('/merged')),
  ).toBe(true);
});
