// A machine in a directory: its files, its disk as one file for each partition, and the real programs of this machine with
// every absolute path of theirs moved into the directory. curl and signify are those that machines get. What needs a kernel of
// one's own (blockdev, dmsetup, reboot) is only written down.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AgentError, type Host } from '../../../../src/agent/host/host.ts';
import { messageOf } from '../../../../src/base/errors.ts';
import type { ToolCommand } from '../../../../src/tools/tools.ts';

export interface SandboxHost extends Host {
  readonly root: string;
  /** Commands, as they were asked for. */
  readonly calls: string[];
  readonly printed: string[];
  /** In place of a program, where it answers. */
  intercept: ((command: readonly string[]) => { status: number; output: string } | undefined) | undefined;
  /** Called before bytes are moved between files; may throw, as a disk that fails does. */
  beforeTransfer: ((to: string) => void) | undefined;
}

/** What goes wrong is the machine's fault, as QuickJS's host says it. */
function asMachine(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    throw thrown instanceof AgentError ? thrown : new AgentError(messageOf(thrown), { code: 'file-write' });
  }
}

const recorded = new Set(['blockdev', 'env', 'reboot', 'sleep', 'catamaran-agent']);

/** Each as it is started without arguments. */
export interface SandboxPrograms {
  readonly curl: ToolCommand;
  /** Where signatures are verified. */
  readonly signify?: ToolCommand;
}

export function sandboxHost(root: string, { curl, signify }: SandboxPrograms): SandboxHost {
  const at = (path: string) => join(root, path);
  const inside = (word: string) =>
    word.replace(/^(if=|of=)?\/(?=(run|dev|var|etc|usr\/lib|proc|sys)\/)/, `$1${root}/`);
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  const readBytes = (path: string, offset: number, size: number): Uint8Array => {
    const bytes = new Uint8Array(size);
    const file = openSync(at(path), 'r');
    const count = attempt(() => readSync(file, bytes, 0, size, offset)) ?? 0;
    closeSync(file);
    if (count < size)
      throw new AgentError(`${path} ends before byte ${offset + size}`, { code: 'file-short' });
    return bytes;
  };
  const host: SandboxHost = {
    root,
    calls: [],
    printed: [],
    intercept: undefined,
    beforeTransfer: undefined,
    readBytes,
    readText: (path) => attempt(() => readFileSync(at(path), 'utf8')),
    listDirectory: (path) => attempt(() => readdirSync(at(path)).sort()),
    makeDirectory: (path) => void mkdirSync(at(path), { recursive: true }),
    writeFile(path, content) {
      asMachine(() => {
        mkdirSync(dirname(at(path)), { recursive: true });
        writeFileSync(at(path), content);
      });
    },
    removeFile: (path) => rmSync(at(path), { force: true }),
    transfer(from, to, moves) {
      host.beforeTransfer?.(to);
      asMachine(() => {
        const file = openSync(at(to), 'r+');
        try {
          for (const move of moves)
            writeSync(file, readBytes(from, move.from, move.size), 0, move.size, move.to);
        } finally {
          closeSync(file);
        }
      });
    },
    run(command) {
      host.calls.push(command.join(' '));
      const answer = host.intercept?.(command);
      if (answer !== undefined) return answer;
      const [name, ...args] = command;
      if (recorded.has(name) || args[0]?.startsWith('if=/dev/mapper/')) return { status: 0, output: '' };
      if (name === 'uname') return { status: 0, output: 'x86_64\n' };
      if (name === 'curl') return runCurl(args);
      if (name === 'signify-openbsd' && signify) return start(signify, args.map(inside));
      return start({ file: name, args: [], env: undefined }, args.map(inside));
    },
    show: (command) => host.run(command).status,
    print: (line) => void host.printed.push(line),
  };
  const runCurl = (args: readonly string[]) => {
    const path = at(args.at(-1)!);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/"\/(run|dev|etc)\//g, `"${root}/$1/`));
    return start(curl, [...args.slice(0, -1), path]);
  };
  return host;
}

function start(
  { file, args, env }: Omit<ToolCommand, 'env'> & { readonly env: NodeJS.ProcessEnv | undefined },
  words: readonly string[],
): { status: number; output: string } {
  const { status, stdout, stderr } = spawnSync(file, [...args, ...words], { encoding: 'latin1', env });
  return { status: status ?? 127, output: `${stdout}${stderr}` };
}
