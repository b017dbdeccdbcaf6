import { Argument, Option } from 'commander';
import type { RunOptions } from '../commands/run.ts';
import * as shared from '../shared-options.ts';
import { collectForward, parseCpus, parseDisk, parsePort } from '../values.ts';
import { defineCommand } from './entry.ts';

export const run = defineCommand<[string], Omit<RunOptions, 'file'>>({
  name: 'run',
  summary: 'build what is stale and boot it in QEMU, in this terminal',
  description:
    'Builds what is stale and boots it in QEMU, with its serial console in this terminal, where root may log in without a password. What it writes is thrown away at the end, unless --keep is given.',
  arguments: [
    new Argument(
      '<spec|image>',
      'a spec, or what was built of one: a disk, an OVA, an ISO, the directory of pxe, or NAME of NAME-kernel',
    ),
  ],
  options: [
    new Option('--firmware <name>', 'firmware of the machine (default: bios where it has one)').choices([
      'bios',
      'uefi',
    ]),
    new Option('--format <name>', 'what is built of a spec').default('qcow2'),
    shared.memory('memory of the machine (default: 1G, or what its initrd needs)'),
    new Option('--cpus <count>', 'processors of the machine (default: 1)').argParser(parseCpus),
    new Option('--disk <size>', 'a disk of this size, as a cloud gives one').argParser(parseDisk),
    new Option('--keep', 'keep what it writes in NAME-kept.qcow2, and go on with that the next time'),
    new Option(
      '-p, --publish <host:guest>',
      'a port of 127.0.0.1 that leads to one of the machine: 8080:80, 5353:53/udp; may be repeated',
    ).argParser(collectForward),
    new Option('--ssh <port>', 'the port of 127.0.0.1 for SSH (default: any that is free)').argParser(
      parsePort,
    ),
    new Option(
      '--platform <name>',
      'a machine as this platform has them: controller, network card, firmware (default: the image’s own)',
    ),
    new Option(
      '--user-data <file>',
      'what the machine is told of itself, as its platform (default: qemu) hands it over',
    ),
    new Option('--usb', 'the image is a stick in the machine’s USB port'),
    new Option('--no-login', 'boot it as it is: let nobody in whom it would not let in itself'),
    new Option('--headless', 'print the console, read no keys'),
    new Option('--emulate', 'do not use KVM, even where it seems to work'),
  ],
  examples: [
    ['catamaran run server.yml --firmware uefi --memory 2G', ''],
    ['catamaran run server.yml --publish 8080:80', 'then: http://127.0.0.1:8080'],
    ['catamaran run server.yml --keep --disk 8G', 'twice, to rehearse an update'],
    ['catamaran run server-1.4.0-vsphere-amd64.ova', ''],
    ['catamaran run live.iso --usb --firmware uefi', ''],
    ['catamaran run server.yml --user-data web.yml --platform openstack', 'with a config drive'],
  ],
  work:
    ([file], chosen) =>
    async (session) =>
      (await import('../commands/run.ts')).run({ file, ...chosen }, session),
});
