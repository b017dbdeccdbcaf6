// What Glance is told: as its client sends it, and as a shell reads it.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeGlanceImage, glanceCommand } from '../../../src/output/cloud/glance.ts';

const description = {
  name: 'Lighthouse 1.4.0',
  version: '1.4.0',
  arch: 'amd64',
  firmware: 'uefi',
  minDisk: 2,
  minMemory: 512,
} as const;

test('properties for each architecture', () => {
  expect(describeGlanceImage(description).properties).toMatchObject({
    architecture: 'x86_64',
    hw_disk_bus: 'virtio',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'q35',
  });
  expect(describeGlanceImage({ ...description, arch: 'arm64', firmware: 'bios' }).properties).toMatchObject({
    architecture: 'aarch64',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'virt',
  });
});

test('the command is one line that a shell takes apart into the same words', () => {
  const image = describeGlanceImage({ ...description, name: "it's $HOME" });
  const line = glanceCommand(image, 'light house.qcow2');
  expect(line).not.toContain('\n');
  const script = `openstack() { printf '%s\\n' "$@"; }; ${line}`;
  const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
  expect(words.slice(0, 4)).toEqual(['image', 'create', '--file', 'light house.qcow2']);
  expect(words).toContain('hw_disk_bus=virtio');
  expect(words.at(-1)).toBe("it's $HOME");
});
