// A host in memory: files in a map, and programs that only write down how they were called. `answers` gives a program's
// result by its first word, where a test needs another than success.
import type { Finished, Host } from '../../src/agent/host/host.ts';

export interface MemoryHost extends Host {
  readonly files: Map<string, string | Uint8Array>;
  readonly directories: Set<string>;
  readonly calls: string[];
  readonly printed: string[];
}

export function memoryHost(
  initial: Record<string, string | Uint8Array> = {},
  answers: (command: readonly string[]) => Finished | undefined = () => undefined,
): MemoryHost {
  const files = new Map(Object.entries(initial));
  const directories = new Set<string>();
  const calls: string[] = [];
  const printed: string[] = [];
  return {
    files,
    directories,
    calls,
    printed,
    readText: (path) => {
      const content = files.get(path);
      return content instanceof Uint8Array ? new TextDecoder().decode(content) : content;
    },
    listDirectory(path) {
      const below = [...files.keys()].filter((file) => file.startsWith(`${path}/`));
      if (below.length === 0) return undefined;
      return [...new Set(below.map((file) => file.slice(path.length + 1).split('/', 1)[0]!))].sort();
    },
    makeDirectory: (path) => void directories.add(path),
    writeFile: (path, content) => void files.set(path, content),
    removeFile: (path) => void files.delete(path),
    readBytes: (path, offset, size) => (files.get(path) as Uint8Array).slice(offset, offset + size),
    transfer: () => {
      throw new Error('this host moves no bytes');
    },
    run(command) {
      calls.push(command.join(' '));
      return answers(command) ?? { status: 0, output: '' };
    },
    show(command) {
      calls.push(command.join(' '));
      return answers(command)?.status ?? 0;
    },
    print: (line) => void printed.push(line),
  };
}
