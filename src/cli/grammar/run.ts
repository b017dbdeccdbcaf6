import { Argument, Option } from 'commander';
import type { RunOptions } from '../commands/run.ts';
import * as shared from '../shared-options.ts';
import { parsePort } from '../values.ts';
import { defineCommand } from './entry.ts';

export const run = defineCommand<[string], Omit<RunOptions, 'file'>>({
  name: 'run',
  summary: 'build what is stale and boot it in QEMU, in this terminal',
  description:
    'Builds what is stale and boots it in QEMU, with its serial console in this terminal. Changes to the disk are thrown away.',
  arguments: [
    new Argument('<spec|image>', 'a spec, or what was built of one: a disk, or NAME of NAME-kernel'),
  ],
  options: [
    new Option('--firmware <name>', 'firmware of the machine (default: bios where it has one)').choices([
      'bios',
      'uefi',
    ]),
    new Option('--format <name>', 'what is built of a spec').default('qcow2'),
    shared.memory('memory of the machine (default: 1G, or what its initrd needs)'),
    new Option('--ssh <port>', 'forward this port of 127.0.0.1 to the machine’s port 22').argParser(
      parsePort,
    ),
    new Option(
      '--platform <name>',
      'a machine as this platform has them: controller, network card, firmware',
    ),
    new Option(
      '--user-data <file>',
      'what the machine is told of itself, as its platform (default: qemu) hands it over',
    ),
    new Option('--headless', 'print the console, read no keys'),
    new Option('--emulate', 'do not use KVM, even where it seems to work'),
  ],
  examples: [
    ['catamaran run server.yml --firmware uefi --memory 2G', ''],
    ['catamaran run server.yml --ssh 2222', 'then: ssh -p 2222 root@127.0.0.1'],
    ['catamaran run server.vmdk --platform vsphere', ''],
    ['catamaran run server.yml --user-data web.yml --platform openstack', 'with a config drive'],
  ],
  work:
    ([file], chosen) =>
    async (session) =>
      (await import('../commands/run.ts')).run({ file, ...chosen }, session),
});
