// The system that runs from a medium, onto a disk. Called by a person, or at boot where the kernel's arguments ask for it.
import { install as installSystem, installUnattended } from '../install/install.ts';
import { parseInstallWords } from '../install/options.ts';
import type { Command } from './command.ts';

export const install: Command = {
  words: 'install',
  usage: '[DISK] [--wipe] [--config FILE] [--channel NAME] [--firmware bios|uefi|both] | --unattended',
  summary:
    'writes the live system that runs onto a disk; without one it lists those that there are, and asks',
  lock: true,
  parse(words) {
    if (words.join(' ') === '--unattended') return installUnattended;
    const options = parseInstallWords(words);
    return options && ((host) => installSystem(host, options));
  },
};
