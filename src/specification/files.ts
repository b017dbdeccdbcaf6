// The spec's own files: what each holds, its owner and its mode. file-paths.ts brings them into one tree.
import { basename } from 'node:path';
import { CatamaranError, type Problem } from '../base/errors.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { parseMode } from '../document/scalars.ts';
import { placeFiles } from './file-paths.ts';
import { readId } from './ids.ts';
import { readImagePath } from './image-path.ts';
import { parsed, problem, resolveHostPath, type SpecReading, warn } from './reading.ts';
import type { RawFileEntry as RawFile, SpecDocument } from './spec.generated.ts';
import type { FileContent, FileEntry } from './types.ts';

export function readFiles(
  reading: SpecReading,
  document: SpecDocument,
  ids: ReadonlyMap<string, number>,
): FileEntry[] {
  const files: FileEntry[] = [];
  (document.files ?? []).forEach((raw, index) => {
    const pointer = childOf('/files', index);
    const path = readImagePath(reading, raw.path, childOf(pointer, 'path'));
    const content = readContent(reading, raw, pointer);
    const mode = parsed(reading, childOf(pointer, 'mode'), raw.mode || undefined, parseMode);
    const id = (key: 'uid' | 'gid') =>
      readId(raw[key] ?? 0, childOf(pointer, key), ids, {
        problem: (at, diagnostic) => problem(reading, at, diagnostic),
        warn: (at, diagnostic) => warn(reading, at, diagnostic),
      });
    const [uid, gid] = [id('uid'), id('gid')];
    if (path === undefined || content === undefined) return;
    files.push({ path, pointer, mode: mode ?? defaultMode(content), uid, gid, content });
  });
  return placeFiles(reading, files);
}

/** LinuxKit's defaults. */
function defaultMode({ kind }: FileContent): number {
  return kind === 'directory' ? 0o700 : kind === 'symlink' ? 0o777 : 0o600;
}

/** Where LinuxKit takes two of them, an earlier one here wins. */
const kinds = ['directory', 'symlink', 'contents', 'source', 'metadata'] as const;
type Kind = (typeof kinds)[number];

function readContent(reading: SpecReading, raw: RawFile, pointer: JsonPointer): FileContent | undefined {
  // An empty text says nothing, but for contents.
  const [kind, second] = withoutTemplates(
    reading,
    raw,
    pointer,
    kinds.filter((each) => (each === 'contents' ? raw[each] !== undefined : raw[each])),
  );
  if (kind === undefined) {
    reading.problems.add(reading.source.positionOf(pointer), {
      code: 'spec-file-content',
      message: `${raw.path} has no content`,
      hint: oneContent,
    });
    return undefined;
  }
  if (second !== undefined && !checkSecond(reading, raw, pointer, kind, second)) return undefined;
  if (raw.optional && kind !== 'source') {
    warn(reading, childOf(pointer, 'optional'), {
      code: 'spec-dropped-key',
      message: `optional has no effect on ${kind}`,
      hint: 'It is for files with a source. Remove it.',
    });
  }
  switch (kind) {
    case 'contents': {
      const bytes = reading.source.bytesOf(childOf(pointer, kind));
      return { kind, text: raw.contents!, ...(bytes === undefined ? {} : { bytes }) };
    }
    case 'symlink':
      return readSymlink(reading, raw.symlink!, childOf(pointer, kind));
    case 'directory':
      return { kind };
    case 'metadata':
      return { kind, format: raw.metadata as 'yaml' | 'json' };
    case 'source':
      return readSource(reading, raw.source!, raw.optional ?? false, childOf(pointer, kind));
  }
}

/** Of several, what LinuxKit takes for an empty text says nothing. */
function withoutTemplates(
  reading: SpecReading,
  raw: RawFile,
  pointer: JsonPointer,
  given: readonly Kind[],
): readonly Kind[] {
  if (given.length < 2) return given;
  return given.filter((kind) => {
    const isTemplate = kind !== 'contents' && String(raw[kind]).startsWith('@');
    if (isTemplate) {
      warn(reading, childOf(pointer, kind), {
        code: 'spec-template',
        message: `${kind} is ${JSON.stringify(raw[kind])}, which says nothing beside another content: it is left empty`,
        hint: oneContent,
      });
    }
    return !isTemplate;
  });
}

const oneContent = 'Give it exactly one of contents, source, symlink, directory: true, metadata.';

/** LinuxKit lets a link go before contents, and a directory before a link; all other pairs it refuses. */
function checkSecond(
  reading: SpecReading,
  { path }: RawFile,
  pointer: JsonPointer,
  kind: Kind,
  second: Kind,
): boolean {
  const ignored = second === 'symlink' || (second === 'contents' && kind === 'symlink');
  const diagnostic: Problem = {
    code: 'spec-file-content',
    message: `${path} has both ${kind} and ${second}${ignored ? `: ${second} has no effect` : ''}`,
    hint: oneContent,
  };
  const at = childOf(pointer, second);
  if (ignored) warn(reading, at, diagnostic);
  else reading.problems.add(reading.source.keyPositionOf(at), diagnostic);
  return ignored;
}

function readSymlink(reading: SpecReading, target: string, pointer: JsonPointer): FileContent | undefined {
  if (!target.includes('\0')) return { kind: 'symlink', target };
  problem(reading, pointer, {
    code: 'spec-file-content',
    message: 'a symbolic link cannot point to a name with a NUL character',
    hint: 'Write its target, such as ../usr/share/zoneinfo/UTC.',
  });
  return undefined;
}

function readSource(
  reading: SpecReading,
  source: string,
  optional: boolean,
  pointer: JsonPointer,
): FileContent | undefined {
  return parsed(reading, pointer, source, () => {
    // Without a home nothing is in it: left out, like anything optional that is not there.
    const homeless = optional && reading.around.home === undefined && source.startsWith('~/');
    const path = homeless ? source : firstMatch(reading, findSource(reading, pointer, source));
    if (!optional && reading.around.exists?.(path) === false) {
      throw new CatamaranError('spec', {
        code: 'source-not-found',
        message: `there is no ${path}`,
        hint: 'Sources are relative to the spec. Where it may be absent, add optional: true.',
      });
    }
    if (reading.around.isDirectory?.(path)) {
      throw new CatamaranError('spec', {
        code: 'source-is-directory',
        message: `${path} is a directory`,
        hint: 'A source is one file. Name each of them, or make a component with a tree.',
      });
    }
    return { kind: 'source', path, optional };
  });
}

/** `~/.ssh/id_*.pub` is the first of those that there are, by name; a file that is called so comes before. */
function firstMatch({ around }: SpecReading, path: string): string {
  if (!basename(path).includes('*') || around.exists?.(path)) return path;
  return around.matching?.(path)[0] ?? path;
}

/** LinuxKit looks for it from where the command runs: what is there, and not beside the spec, is taken from there. */
function findSource(reading: SpecReading, pointer: JsonPointer, source: string): string {
  const path = resolveHostPath(reading, pointer, source);
  const { exists } = reading.around;
  if (path === source || source.startsWith('~/') || !exists || exists(path) || !exists(source)) return path;
  warn(reading, pointer, {
    code: 'spec-source-elsewhere',
    message: `${source} is not beside the spec: the one in the working directory is taken`,
    hint: 'Sources are relative to the spec. Move the file there, or write an absolute path.',
  });
  return source;
}
