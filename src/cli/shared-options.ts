// Arguments and options that several commands have, with the same words in each.
import { Argument, Option } from 'commander';
import * as values from './values.ts';

export const specs = () =>
  new Argument('<spec...>', 'a YAML file, several that are merged, or - for standard input');

export const variables = () =>
  new Option('--set <name=value>', 'value of one of the spec’s variables; may be repeated').argParser(
    values.collectVariable,
  );

export const formatsOption = () =>
  new Option(
    '--format <names>',
    'what to write, separated by commas, or all: catamaran formats lists what there is (default: the spec’s outputs, or qcow2)',
  ).argParser(values.parseWords);

export const deploy = () =>
  new Option(
    '--deploy <names>',
    'deployment files beside the outputs, separated by commas: terraform, heat, ansible, cloudformation, libvirt, ipxe, vmx',
  ).argParser(values.parseWords);

export const out = () => new Option('--out <dir>', 'where to write to (default: the working directory)');

export const outputName = () =>
  new Option(
    '--name <name>',
    'what the files are called (default: the OS’s id for disks, the spec’s name for LinuxKit’s formats)',
  ).argParser(values.parseName);

export const locked = () => new Option('--locked', 'fail rather than add to the lock file');

/** LinuxKit's own option for it. */
export const noSbom = () => new Option('--no-sbom', 'leave the bill of materials out');

export const memory = (description: string) =>
  new Option('--memory <size>', description).argParser(values.parseMemory);
