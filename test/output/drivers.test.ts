// What a spec's kernel lacks for where an output goes is told, by platform and driver.
import { expect, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { modulesOfKernel } from '../../src/image/initrd.ts';
import { warnOfDrivers } from '../../src/output/drivers.ts';
import { absentFromCloudKernel, driversNeeded } from '../../src/platform/drivers.ts';
import { type PlatformName, platformNames, platforms } from '../../src/platform/table.ts';
import { file, type ReadonlyTree } from '../../src/tree/tree.ts';

const everything = platformNames.flatMap((name) => {
  const { disk, cd, nic } = driversNeeded(platforms[name]);
  return [...disk, ...cd, ...nic];
});

/** Some built in, the others packed. */
const kernelWith = (names: readonly string[]): ReadonlyTree => {
  const path = (name: string) => `kernel/drivers/${name.replaceAll('_', '-')}.ko`;
  const [first = '', ...rest] = names;
  return new Map([
    ['usr/lib/modules/6.12/modules.builtin', file(`${path(first)}\n`)],
    [
      'usr/lib/modules/6.12/modules.dep',
      file(rest.map((name) => `${path(name)}.xz: ${path(first)}\n`).join('')),
    ],
  ]);
};

async function warningFor(platform: PlatformName, tree: ReadonlyTree) {
  const said: [string, string?][] = [];
  const reporter = { ...silentReporter, warn: (...words: [string, string?]) => void said.push(words) };
  warnOfDrivers(
    'a-format',
    platform,
    { kernel: 'component mine', names: await modulesOfKernel(tree) },
    reporter,
  );
  expect(said.length).toBeLessThan(2);
  return said[0];
}

test.each(platformNames)(
  '%s: nothing where all are there, and one word for each that is not',
  async (name) => {
    expect(await warningFor(name, kernelWith(everything))).toBeUndefined();
    const { disk, cd, nic } = driversNeeded(platforms[name]);
    for (const driver of new Set([...disk, ...cd, ...nic])) {
      const rest = everything.filter((each) => each !== driver);
      expect(await warningFor(name, kernelWith(rest)), driver).toEqual([
        expect.stringMatching(
          new RegExp(`^a-format: component mine has no .*\\b${driver}\\b.* of the platform ${name} need$`),
        ),
        expect.any(String),
      ]);
    }
  },
);

test('says what it is for, and which kernel has it', async () => {
  const cloud = kernelWith(everything.filter((each) => !absentFromCloudKernel.has(each)));
  const [message, hint] = (await warningFor('metal', cloud))!;
  expect(message).toMatch(/no usb_storage, .*\(disks\), no .*tg3 \(network cards\), which some machines/);
  expect(hint).toBe('component:kernel-generic has them.');
  for (const name of platformNames.filter((each) => each !== 'metal'))
    expect(await warningFor(name, cloud), name).toBeUndefined();
  const [, other] = (await warningFor('vsphere', kernelWith(['ahci'])))!;
  expect(other).toBe('Name a kernel that has them.');
});

test('of a kernel that does not say what it has, nothing is said', async () => {
  expect(await warningFor('metal', new Map([['kernel', file('a kernel')]]))).toBeUndefined();
});
