// A machine in a directory: files are real, and so is the shell that the agent calls for what QuickJS cannot do; paths lie
// below the directory. Programs that change a whole machine only write down how they were called; `answers` gives a
// program's result by its words, where a test needs another than success.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finished, Host } from '../../../src/agent/host/host.ts';

export interface ScratchHost extends Host {
  readonly root: string;
  readonly calls: string[];
  readonly printed: string[];
  /** In octal; undefined where there is nothing. */
  mode(path: string): string | undefined;
  link(path: string): string | undefined;
  /** Of each path that was given to somebody, in the end. */
  owners(): Record<string, string>;
  remove(): void;
}

/** What a program of the shell's scripts does, besides the real ones. */
const stubs: Readonly<Record<string, string>> = {
  chown: '[ "$1" != -h ] || shift; echo "$1 $2" >>"$SCRATCH/.owners"',
  mkpasswd: 'read -r word; echo "\\$6\\$salt\\$$word"',
  setsid: ':',
  fallocate: 'echo "$2" >"$3"',
  mkswap: ':',
};
/** Programs that only look at files. */
const real = new Set(['sh', 'test']);

export function scratchHost(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  answers: (command: readonly string[]) => Partial<Finished> | undefined = () => undefined,
): ScratchHost {
  const root = mkdtempSync(join(tmpdir(), 'catamaran-scratch-'));
  const at = (path: string) => join(root, path);
  const bin = at('.bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(stubs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  const calls: string[] = [];
  const printed: string[] = [];

  const runReal = ([program = '', ...words]: readonly string[]): Finished => {
    // Absolute paths of ours, in words and in the scripts themselves.
    const inside = (word: string) =>
      /^\/(etc|run|usr|var|home|root|opt|srv|tmp|proc|sys|dev|bin)(\/|$)/.test(word) ? at(word) : word;
    const ours = words.map((word, index) =>
      index === 1 && program === 'sh'
        ? word.replaceAll(/(?<=[\s"'>=]|^)\/(etc|run|usr\/share|dev)\/(?!null)/gm, `${root}/$1/`)
        : inside(word),
    );
    const { status, stdout, stderr } = spawnSync(program, ours, {
      env: { PATH: `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`, SCRATCH: root },
      encoding: 'utf8',
    });
    return { status: status ?? 128, output: (stdout + stderr).replaceAll(root, '') };
  };

  return {
    root,
    calls,
    printed,
    readText: (path) =>
      existsSync(at(path)) && statSync(at(path)).isFile() ? readFileSync(at(path), 'utf8') : undefined,
    listDirectory: (path) =>
      existsSync(at(path)) && statSync(at(path)).isDirectory() ? readdirSync(at(path)).sort() : undefined,
    makeDirectory: (path) => void mkdirSync(at(path), { recursive: true }),
    writeFile: write,
    removeFile: (path) => rmSync(at(path), { force: true }),
    readBytes(path, offset, size) {
      return path === '/dev/urandom'
        ? Uint8Array.from({ length: size }, (_, index) => index * 7)
        : new Uint8Array(readFileSync(at(path)).subarray(offset, offset + size));
    },
    transfer: () => {
      throw new Error('this host moves no bytes');
    },
    run(command) {
      const answer = answers(command);
      if (!real.has(command[0])) calls.push(command.join(' '));
      if (answer) return { status: 0, output: '', ...answer };
      return real.has(command[0]) ? runReal(command) : { status: 0, output: '' };
    },
    show: () => 0,
    print: (line) => void printed.push(line),
    mode: (path) =>
      existsSync(at(path)) ? (statSync(at(path)).mode & 0o7777).toString(8).padStart(4, '0') : undefined,
    link(path) {
      try {
        return lstatSync(at(path)).isSymbolicLink() ? readlinkSync(at(path)).replace(root, '') : undefined;
      } catch {
        return undefined;
      }
    },
    owners() {
      const lines = existsSync(at('/.owners')) ? readFileSync(at('/.owners'), 'utf8').trim().split('\n') : [];
      const pairs = lines.map((line) => line.split(' ') as [string, string]);
      return Object.fromEntries(
        pairs.map(([owner, path]) => [path.replace(root, '').replace(/\.new\.\d+$/, ''), owner]),
      );
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
