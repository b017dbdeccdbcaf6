// The files of a build, by their paths: which of them are there already, and whose they are.
import { basename, join } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import type { Cache } from '../store/cache.ts';
import { type Artifact, findArtifact } from './artifact.ts';
import type { Format } from './format.ts';
import type { BuildPlan, PlannedOutput } from './plan.ts';

export interface OutputPlace {
  /** The directory of the outputs. */
  readonly out: string;
  /** Of the outputs' files; by default the OS's id for disks, the last spec's file name for LinuxKit's formats. */
  readonly name?: string | undefined;
}

export interface PlannedFile extends PlannedOutput {
  /** Which of the format's files it is. */
  readonly index: number;
  readonly path: string;
}

/** What is the same bytes whichever format writes it. */
const shared = new Set(['-kernel', '-cmdline', '.raw']);

/** Whose files they are, where a format is there under two names. */
const kindOf = ({ format: { name, sameAs }, options }: PlannedOutput): string =>
  JSON.stringify([sameAs ?? name, options]);

/** Each file once. */
export function outputFiles({ outputs, locked }: BuildPlan, place: OutputPlace): PlannedFile[] {
  const files = new Map<string, PlannedFile>();
  for (const output of outputs) {
    for (const [index, path] of pathsOf(output.format, locked, place).entries()) {
      const suffix = output.format.files[index]!;
      const other = files.get(path);
      if (other && !shared.has(suffix) && kindOf(other) !== kindOf(output))
        throw sameName(path, other.format.name, output.format.name);
      if (!other) files.set(path, { ...output, index, path });
    }
  }
  return [...files.values()];
}

/** Of a format's files, in their order. */
export function pathsOf(format: Format, locked: LockedSpec, place: OutputPlace): string[] {
  const stem = join(place.out, place.name ?? stemOf(format, locked));
  return format.files.map((suffix) => `${stem}${suffix}`);
}

function stemOf({ named }: Format, { spec: { lastFile, os }, arch }: LockedSpec): string {
  if (typeof named === 'object') return `${os.id}-${os.version}-${named.platform}-${arch}`;
  if (named === 'os') return os.id;
  // LinuxKit's word for what has no name.
  return lastFile === '-' ? 'moby' : basename(lastFile).replace(/\.(ya?ml|json)$/, '');
}

/** Undefined for a file that has to be written. */
export function findArtifacts(
  files: readonly PlannedFile[],
  cache: Cache,
): Promise<readonly (Artifact | undefined)[]> {
  return Promise.all(files.map(({ step, path, format }) => findArtifact(cache, step, path, format.name)));
}

function sameName(path: string, one: string, other: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'output-named-twice',
    message: `${one} and ${other} would both be ${path}`,
    hint: 'Build one of them into another directory (--out), or under another name (--name).',
  });
}
