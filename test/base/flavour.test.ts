import { expect, test } from 'vitest';
import type { ReleaseVersion, Sectors } from '../../src/base/flavour.ts';
import { compareDebianVersions, type DebianVersion } from '../../src/debian/version.ts';
import type { JsonPointer } from '../../src/document/pointer.ts';
import { parentOf, type TreePath } from '../../src/tree/tree.ts';
import { compareReleaseVersions } from '../../src/tuf/version.ts';

test('one kind is not taken for another; what is plain is taken', () => {
  const release: ReleaseVersion = '1.0~rc1';
  const debian: DebianVersion = '1.0~rc1';
  const pointer: JsonPointer = '/a/b';
  const path: TreePath = 'a/b';
  expect(compareReleaseVersions(release, '1.0')).toBeLessThan(0);
  expect(compareDebianVersions(debian, '1.0')).toBeLessThan(0);
  // @ts-expect-error
  compareReleaseVersions(debian, '1.0');
  // @ts-expect-error
  compareDebianVersions(release, '1.0');
  expect(parentOf(path)).toBe('a');
  // @ts-expect-error
  parentOf(pointer);
  // @ts-expect-error
  const sectors: Sectors = path;
  expect(sectors).toBe(path);
});
