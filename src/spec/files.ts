// The spec's own files: exactly one content each, one entry for each path, nothing below what is no directory.
import { CatamaranError } from '../base/errors.ts';
import { childOf, type Pointer } from './pointer.ts';
import { parsed, placeOf, problem, type Reading, resolveHostPath, warn } from './reading.ts';
import { parseImagePath, parseMode } from './scalars.ts';
import { readId } from './settings.ts';
import type { FileEntry as RawFile, SpecDocument } from './spec.generated.ts';
import type { FileContent, FileEntry } from './types.ts';

export function readFiles(
  reading: Reading,
  document: SpecDocument,
  ids: ReadonlyMap<string, number>,
): FileEntry[] {
  const files: FileEntry[] = [];
  (document.files ?? []).forEach((raw, index) => {
    const pointer = childOf('/files', index);
    const path = parsed(reading, childOf(pointer, 'path'), raw.path, parseImagePath);
    const content = readContent(reading, raw, pointer);
    const mode = parsed(reading, childOf(pointer, 'mode'), raw.mode, parseMode);
    const id = (key: 'uid' | 'gid') =>
      readId(raw[key] ?? 0, childOf(pointer, key), ids, {
        problem: (at, diagnostic) => problem(reading, at, diagnostic),
      });
    const [uid, gid] = [id('uid'), id('gid')];
    if (path === undefined || content === undefined) return;
    files.push({ path, pointer, mode: mode ?? defaultMode(content), uid, gid, content });
  });
  return checkPaths(reading, files);
}

/** LinuxKit's defaults. */
function defaultMode({ kind }: FileContent): number {
  return kind === 'directory' ? 0o700 : kind === 'symlink' ? 0o777 : 0o600;
}

const kinds = ['contents', 'source', 'symlink', 'directory', 'metadata'] as const;

function readContent(reading: Reading, raw: RawFile, pointer: Pointer): FileContent | undefined {
  const given = kinds.filter((kind) => raw[kind] !== undefined && raw[kind] !== false);
  const [kind, second] = given;
  if (kind === undefined || second !== undefined) {
    const at =
      second === undefined
        ? reading.source.positionOf(pointer)
        : reading.source.keyPositionOf(childOf(pointer, second));
    reading.problems.add(at, {
      code: 'spec-file-content',
      message:
        kind === undefined ? `${raw.path} has no content` : `${raw.path} has both ${kind} and ${second}`,
      hint: 'Give it exactly one of contents, source, symlink, directory: true, metadata.',
    });
    return undefined;
  }
  if (raw.optional && kind !== 'source') {
    reading.problems.add(reading.source.keyPositionOf(childOf(pointer, 'optional')), {
      code: 'spec-dropped-key',
      message: `optional has no effect on ${kind}`,
      hint: 'It is for files with a source. Remove it.',
    });
  }
  switch (kind) {
    case 'contents':
      return { kind, text: raw.contents! };
    case 'symlink':
      return readSymlink(reading, raw.symlink!, childOf(pointer, kind));
    case 'directory':
      return { kind };
    case 'metadata':
      return { kind, format: raw.metadata! };
    case 'source':
      return readSource(reading, raw.source!, raw.optional ?? false, childOf(pointer, kind));
  }
}

function readSymlink(reading: Reading, target: string, pointer: Pointer): FileContent | undefined {
  if (target !== '' && !target.includes('\0')) return { kind: 'symlink', target };
  problem(reading, pointer, {
    code: 'spec-file-content',
    message: 'a symbolic link must point somewhere',
    hint: 'Write its target, such as ../usr/share/zoneinfo/UTC.',
  });
  return undefined;
}

function readSource(
  reading: Reading,
  source: string,
  optional: boolean,
  pointer: Pointer,
): FileContent | undefined {
  return parsed(reading, pointer, source, () => {
    // Without a home nothing is in it: left out, like anything optional that is not there.
    const homeless = optional && reading.around.home === undefined && source.startsWith('~/');
    const path = homeless ? source : resolveHostPath(reading, pointer, source);
    if (!optional && reading.around.exists?.(path) === false) {
      throw new CatamaranError('spec', {
        code: 'source-not-found',
        message: `there is no ${path}`,
        hint: 'Sources are relative to the spec. Where it may be absent, add optional: true.',
      });
    }
    return { kind: 'source', path, optional };
  });
}

/** A file that a later spec writes again is the later one's; twice in one spec is a mistake. */
function checkPaths(reading: Reading, files: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map<string, FileEntry>();
  const pathOf = (file: FileEntry) => childOf(file.pointer, 'path');
  const specOf = (file: FileEntry) => reading.source.positionOf(pathOf(file)).file;
  for (const file of files) {
    const first = byPath.get(file.path);
    if (first && specOf(first) === specOf(file)) {
      problem(reading, pathOf(file), {
        code: 'spec-duplicate-path',
        message: `${file.path} is written twice, first in ${placeOf(reading, pathOf(first), pathOf(file))}`,
        hint: 'Keep one of them.',
      });
    } else if (first) {
      warn(reading, pathOf(file), {
        code: 'spec-overridden-path',
        message: `${file.path} takes the place of the one in ${placeOf(reading, pathOf(first), pathOf(file))}`,
        hint: 'Where this is meant, nothing need be done.',
      });
    }
    byPath.set(file.path, file);
  }
  for (const file of byPath.values()) {
    const parts = file.path.split('/');
    for (let count = 1; count < parts.length; count++) {
      const above = byPath.get(parts.slice(0, count).join('/'));
      if (!above || above.content.kind === 'directory') continue;
      problem(reading, pathOf(file), {
        code: 'spec-path-below-file',
        message: `${file.path} lies below ${above.path}, which ${placeOf(reading, pathOf(above), pathOf(file))} makes no directory`,
        hint: 'Change one of the two paths.',
      });
    }
  }
  return files.filter((file) => byPath.get(file.path) === file);
}
