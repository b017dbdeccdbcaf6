// What holds for each platform of the table, whatever it is.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { architectureOf, architectures } from '../../src/base/arch.ts';
import { diskSizeOn, firmwareOn, kernelArguments } from '../../src/platform/choose.ts';
import { detectPlatform, platformArgument } from '../../src/platform/detect.ts';
import { driversNeeded } from '../../src/platform/drivers.ts';
import { mapImageName } from '../../src/platform/image-name.ts';
import { driversOfRoots, isPlatformName, platformNames, platforms } from '../../src/platform/table.ts';
import { sourcesOf, userDataSources } from '../../src/platform/user-data.ts';

describe.each(platformNames)('%s', (name) => {
  const platform = platforms[name];
  const { drivers, kernel, firmware, imageName, disk } = platform;

  test('is told by what it shows to a machine, or must be named', () => {
    const found = detectPlatform({ dmi: platform.smbios, cmdline: '', labels: [] });
    const hidden = platform.detection.dmi.length === 0;
    expect(found.name).toBe(hidden ? (platform.smbios.sys_vendor ? 'qemu' : 'metal') : name);
    const named = detectPlatform({ dmi: {}, cmdline: `quiet ${platformArgument}=${name}`, labels: [] });
    expect(named).toEqual({ name, by: 'argument' });
  });

  test('has the drivers of its disks and CD drives in the initrd, and needs none that it does not name', () => {
    expect(drivers.disk.length * drivers.nic.length).toBeGreaterThan(0);
    expect(driversOfRoots()).toEqual(expect.arrayContaining([...drivers.disk, ...drivers.cd]));
    const needed = driversNeeded(platform);
    expect(drivers.disk).toEqual(expect.arrayContaining(needed.disk.filter((each) => each !== 'virtio_pci')));
    expect([...drivers.nic, 'hv_vmbus', 'virtio_pci']).toEqual(expect.arrayContaining([...needed.nic]));
    expect(drivers.cd).toEqual(expect.arrayContaining([...needed.cd]));
  });

  test('boots on every architecture, with a console', () => {
    expect(new Set(firmware).size).toBe(firmware.length);
    for (const arch of architectures) {
      const expected = architectureOf(arch).grub.bios ? firmware : firmware.filter((each) => each === 'uefi');
      expect(firmwareOn(platform, arch)).toEqual(expected);
      const last = kernelArguments(platform, arch, { console: 'serial', cmdline: ' a=1  b ' });
      expect(last.slice(-2)).toEqual(['a=1', 'b']);
      const devices = last.filter((each) => each.startsWith('console='));
      expect(devices.at(-1)).toBe(`console=${architectureOf(arch).console},115200n8`);
      expect(new Set(devices).size).toBe(devices.length);
    }
    expect(kernel.consoles.length).toBeGreaterThan(0);
  });

  test('takes every name that its rule makes, and leaves alone what it takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9._+-]{1,200}$/)), (text) => {
        const mapped = mapImageName(imageName, text);
        expect(mapped).toMatch(imageName.pattern);
        expect(mapped.length).toBeLessThanOrEqual(imageName.longest);
        expect(mapImageName(imageName, mapped)).toBe(mapped);
      }),
    );
  });

  test('holds what is put on its disk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
        const size = diskSizeOn(platform, bytes);
        expect(size).toBeGreaterThanOrEqual(Math.max(bytes, disk.smallest));
        expect(size % disk.multiple).toBe(0);
        expect(size - Math.max(bytes, disk.smallest)).toBeLessThan(disk.multiple);
      }),
    );
    expect(disk.multiple % 2 ** 20).toBe(0);
  });

  test('asks for user-data where there may be some, each place once', () => {
    expect(new Set(platform.userData).size).toBe(platform.userData.length);
    // What the kernel's arguments say has the last word everywhere.
    expect(platform.userData[0]).toBe('argument');
  });
});

test('every source of user-data is some platform’s', () => {
  const used = new Set(platformNames.flatMap((name) => sourcesOf(platforms[name])));
  expect(Object.keys(userDataSources).filter((each) => !used.has(each as never))).toEqual([]);
});

test('the schema names the platforms of the table, in alphabetical order', () => {
  const { properties } = JSON.parse(readFileSync('schemas/spec.schema.json', 'utf8')).properties.platforms;
  expect(Object.keys(properties)).toEqual([...platformNames].sort());
  for (const name of platformNames) expect(properties[name].description).toBe(`${platforms[name].title}.`);
});

test('no name is inherited', () => {
  expect(['constructor', '__proto__', '', 'OpenStack'].filter(isPlatformName)).toEqual([]);
});
