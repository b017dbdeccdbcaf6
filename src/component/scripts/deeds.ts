// What maintainer scripts would have done when a package is installed, beside what is taken over: one line for each package
// and thing, for people to see whether their component lacks it. Read from the scripts' text, which is never run.
import type { Generator } from '../definition.ts';
import type { PackageScripts } from './control.ts';
import { readCommands, type ShellCommand } from './shell-commands.ts';

export interface Deed {
  readonly package: string;
  /** `makes a user: adduser --system etcd`. */
  readonly what: string;
  /** What takes it over; absent: nothing does. */
  readonly generator?: Generator;
}

interface DeedKind {
  readonly commands: readonly string[];
  readonly what: string;
  readonly generator?: Generator;
  /** The words of the command say what; else its name is enough. */
  readonly shown?: true;
}

/** Debconf, dpkg's own housekeeping and starting of services mean nothing to an image. */
const kinds: readonly DeedKind[] = [
  { commands: ['adduser', 'useradd', 'sysuser-helper'], what: 'makes a user', shown: true },
  { commands: ['addgroup', 'groupadd'], what: 'makes a group', shown: true },
  { commands: ['systemd-sysusers'], what: 'makes users', generator: 'sysusers' },
  { commands: ['systemd-tmpfiles'], what: 'makes directories', generator: 'tmpfiles' },
  { commands: ['update-alternatives'], what: 'makes alternatives', generator: 'alternatives' },
  { commands: ['update-ca-certificates'], what: 'bundles certificates', generator: 'ca-certificates' },
  { commands: ['ldconfig'], what: 'makes the loader’s cache', generator: 'ldconfig' },
  { commands: ['depmod'], what: 'indexes kernel modules', generator: 'kernel-modules' },
  { commands: ['mkdir'], what: 'makes a directory', shown: true },
  { commands: ['install'], what: 'installs a file', shown: true },
  { commands: ['ln'], what: 'makes a link', shown: true },
  { commands: ['cp', 'mv'], what: 'copies or moves a file', shown: true },
  { commands: ['chown', 'chgrp', 'chmod', 'dpkg-statoverride'], what: 'sets an owner or mode', shown: true },
  { commands: ['setcap'], what: 'sets capabilities', shown: true },
  { commands: ['ssh-keygen', 'openssl', 'make-ssl-cert'], what: 'makes keys', shown: true },
  { commands: ['ucf'], what: 'places a configuration file', shown: true },
  { commands: ['update-initramfs', 'update-grub'], what: 'makes boot files' },
  { commands: ['py3compile', 'pycompile'], what: 'compiles Python' },
  { commands: ['apparmor_parser'], what: 'loads an AppArmor profile' },
  {
    commands: ['glib-compile-schemas', 'update-mime-database', 'gtk-update-icon-cache'],
    what: 'makes a cache',
  },
];

const kindOf = new Map(kinds.flatMap((kind) => kind.commands.map((command) => [command, kind] as const)));

/** In the order of the packages; each kind once, with the first command that is of it. */
export function listDeeds(packages: readonly PackageScripts[]): Deed[] {
  return packages.flatMap(({ package: name, scripts }) => {
    const found = new Map<DeedKind, Deed>();
    for (const command of Object.values(scripts).flatMap(readCommands)) {
      const [kind, words] = kindOfCommand(command);
      if (kind === undefined || found.has(kind) || isHousekeeping(words)) continue;
      const { what, generator, shown } = kind;
      const said = shown
        ? `${what}: ${words
            .map((word) => word ?? '…')
            .join(' ')
            .slice(0, 100)}`
        : what;
      found.set(kind, { package: name, what: said, ...(generator ? { generator } : {}) });
    }
    return [...found.values()];
  });
}

/** With the command from its name on: after `if`, `then`, `!` and assignments comes what is run. */
function kindOfCommand(command: ShellCommand): [DeedKind | undefined, ShellCommand] {
  const skipped = /^(if|then|else|elif|do|while|!|\w+=.*)$/;
  const start = command.findIndex((word) => word === undefined || !skipped.test(word));
  const words = command.slice(Math.max(0, start));
  return [kindOf.get(words[0]?.replace(/^.*\//, '') ?? ''), words];
}

/** Of dpkg's own files and old versions', or of a place that only the running script knows. */
function isHousekeeping(words: ShellCommand): boolean {
  const given = words.slice(1).filter((word) => word === undefined || !word.startsWith('-'));
  if (given.length > 0 && given.every((word) => word === undefined)) return true;
  return words.some((word) => word !== undefined && /\.dpkg-|\/init\.d\/|^--(list|remove)$/.test(word));
}

/** Without what the component's generators do. */
export const deedsLeft = (deeds: readonly Deed[], generate: readonly Generator[]): Deed[] =>
  deeds.filter(({ generator }) => generator === undefined || !generate.includes(generator));
