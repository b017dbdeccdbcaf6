// Before init runs the first container.
import { mountVolumes } from '../volumes/mount.ts';
import { alone, type Command } from './command.ts';

export const volumesMount: Command = {
  words: 'volumes mount',
  parse: alone(mountVolumes),
};
