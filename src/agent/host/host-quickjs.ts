// The machine, through the modules `std` and `os` of QuickJS (`qjs --std` makes them globals).
import { AgentError, type Finished, type Host } from './host.ts';
import { withoutLoaderWords } from './loader-words.ts';

interface QuickJsFile {
  puts(text: string): void;
  write(buffer: ArrayBufferLike, offset: number, length: number): number;
  flush(): void;
  /** Of anything since it was opened. */
  error(): boolean;
  readAsString(): string;
  close(): number;
}

/** Of the QuickJS manual, section "Standard library", what is used here. */
interface QuickJs {
  readonly scriptArgs: readonly string[];
  readonly std: {
    open(path: string, flags: string): QuickJsFile | null;
    fdopen(descriptor: number, flags: string): QuickJsFile | null;
    exit(status: number): never;
    readonly out: QuickJsFile;
  };
  readonly os: {
    readonly O_RDONLY: number;
    readonly O_WRONLY: number;
    readonly SEEK_SET: number;
    open(path: string, flags: number, mode?: number): number;
    close(descriptor: number): number;
    seek(descriptor: number, offset: number, whence: number): number;
    read(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
    write(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
    readdir(path: string): [string[], number];
    stat(path: string): [unknown, number];
    mkdir(path: string, mode: number): number;
    remove(path: string): number;
    pipe(): [number, number] | null;
    exec(
      command: readonly string[],
      options: { block: boolean; usePath: boolean; stdout?: number; stderr?: number },
    ): number;
    waitpid(pid: number, options: number): [number, number];
  };
}

const { scriptArgs, std, os } = globalThis as unknown as QuickJs;
const chunk = 1 << 20;

/** Without the program's own name. */
export const commandLine: readonly string[] = scriptArgs.slice(1);

export function exit(status: number): never {
  return std.exit(status);
}

export const quickJsHost: Host = {
  // Not std.loadFile, which trusts the size that stat tells, and files in /proc tell 0.
  readText(path) {
    const file = std.open(path, 'r');
    const text = file?.readAsString();
    file?.close();
    return text;
  },

  listDirectory(path) {
    const [names, error] = os.readdir(path);
    if (error !== 0) return undefined;
    return names.filter((name) => name !== '.' && name !== '..').sort();
  },

  makeDirectory(path) {
    makeDirectories(path);
  },

  writeFile(path, content) {
    makeDirectories(path.slice(0, path.lastIndexOf('/')));
    const file = std.open(path, 'w');
    if (file === null) throw new AgentError(`${path} cannot be written`, { code: 'file-write' });
    if (typeof content === 'string') file.puts(content);
    else file.write(content.buffer, content.byteOffset, content.byteLength);
    // What close() answers is only of the last bytes: those before them have been written, or lost, by then.
    file.flush();
    const failed = file.error();
    if (file.close() !== 0 || failed)
      throw new AgentError(`${path} cannot be written to its end; is there no space left?`, {
        code: 'file-write',
      });
  },

  removeFile(path) {
    os.remove(path);
  },

  readBytes(path, offset, size) {
    const descriptor = os.open(path, os.O_RDONLY);
    if (descriptor < 0) throw new AgentError(`${path} cannot be read`, { code: 'file-read' });
    const bytes = new Uint8Array(size);
    os.seek(descriptor, offset, os.SEEK_SET);
    let done = 0;
    while (done < size) {
      const count = os.read(descriptor, bytes.buffer, done, size - done);
      if (count <= 0) break;
      done += count;
    }
    os.close(descriptor);
    if (done < size)
      throw new AgentError(`${path} ends before byte ${offset + size}`, { code: 'file-short' });
    return bytes;
  },

  // Without a process for each of thousands of pieces.
  transfer(from, to, moves) {
    const source = os.open(from, os.O_RDONLY);
    const target = os.open(to, os.O_WRONLY);
    try {
      if (source < 0) throw new AgentError(`${from} cannot be read`, { code: 'file-read' });
      if (target < 0) throw new AgentError(`${to} cannot be written`, { code: 'file-write' });
      const buffer = new ArrayBuffer(chunk);
      for (const move of moves) {
        os.seek(source, move.from, os.SEEK_SET);
        os.seek(target, move.to, os.SEEK_SET);
        for (let left = move.size; left > 0; ) {
          const count = os.read(source, buffer, 0, Math.min(left, chunk));
          if (count <= 0)
            throw new AgentError(`${from} ends ${left} bytes before byte ${move.from + move.size}`, {
              code: 'file-short',
            });
          for (let done = 0; done < count; ) {
            const written = os.write(target, buffer, done, count - done);
            if (written <= 0)
              throw new AgentError(`${to} cannot be written at byte ${move.to + move.size - left}`, {
                code: 'file-write',
              });
            done += written;
            left -= written;
          }
        }
      }
    } finally {
      if (source >= 0) os.close(source);
      if (target >= 0) os.close(target);
    }
  },

  run: runProgram,

  /** os.exec that waits answers with the signal's number, below zero, where one has ended the program. */
  show(command) {
    const status = os.exec(command, { block: true, usePath: true });
    return status < 0 ? 128 - status : status;
  },

  print(line) {
    std.out.puts(`${line}\n`);
    std.out.flush();
  },
};

function makeDirectories(path: string): void {
  if (path === '' || os.stat(path)[1] === 0) return;
  makeDirectories(path.slice(0, path.lastIndexOf('/')));
  if (os.mkdir(path, 0o755) < 0 && os.stat(path)[1] !== 0)
    throw new AgentError(`${path} cannot be made`, { code: 'file-write' });
}

function runProgram(command: readonly string[]): Finished {
  const pipe = os.pipe();
  if (pipe === null) throw new AgentError('no pipe is to be had', { code: 'no-pipe' });
  const [reading, writing] = pipe;
  const pid = os.exec(command, { block: false, usePath: true, stdout: writing, stderr: writing });
  os.close(writing);
  const stream = std.fdopen(reading, 'r');
  const output = stream?.readAsString() ?? '';
  stream?.close();
  const [, status] = os.waitpid(pid, 0);
  return {
    status: (status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
    output: withoutLoaderWords(output),
  };
}
