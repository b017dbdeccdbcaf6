// What every check of meaning works with while one spec is read.
import { dirname, isAbsolute, join } from 'node:path';
import { CatamaranError, type Diagnostic, type Problem } from '../base/errors.ts';
import type { JsonPointer } from '../document/pointer.ts';
import type { Problems } from '../document/problems.ts';
import type { SourceMap } from '../document/source-map.ts';
import { nearest } from '../document/suggest.ts';
import { parsePackage } from './linuxkit-package.ts';
import { readOddReference } from './odd-reference.ts';
import { type ImageReference, isOurs, parseReference, unknownComponent } from './reference.ts';

/** What a spec may refer to outside of itself. What is absent is not checked. */
export interface Surroundings {
  /** Names of all components, sorted. */
  readonly components?: readonly string[];
  /** For `~/`. */
  readonly home?: string | undefined;
  /** Whether the host has a file or directory. */
  readonly exists?: (path: string) => boolean;
  /** It is one image by itself, and no system that has to boot. */
  readonly alone?: true;
  /** Whether it is a directory of the host. */
  readonly isDirectory?: (path: string) => boolean;
  /** Files of the host that a pattern with one `*`, in its last part, matches, sorted by name. */
  readonly matching?: (pattern: string) => readonly string[];
  /** What is wrong with the component in a directory of the host. */
  readonly checkComponent?: (directory: string) => readonly Diagnostic[];
  /** A text file of the host: includes and profiles. Throws where there is none that can be read. */
  readonly read?: (path: string) => string;
  /** Values of variables, by name, as they were written on the command line. */
  readonly set?: Readonly<Record<string, string>>;
}

export interface SpecReading {
  readonly source: SourceMap;
  readonly problems: Problems;
  readonly warnings: Diagnostic[];
  readonly around: Surroundings;
  /** Directories of own components that have been looked at. */
  readonly components: Set<string>;
}

export function problem(reading: SpecReading, pointer: JsonPointer, diagnostic: Problem): void {
  reading.problems.add(reading.source.positionOf(pointer), diagnostic);
}

export function warn(reading: SpecReading, pointer: JsonPointer, diagnostic: Problem): void {
  reading.warnings.push({ ...diagnostic, position: reading.source.keyPositionOf(pointer) });
}

/** `parse(text)`, or undefined with its error reported at `pointer`; undefined for an absent text. */
export function parsed<T>(
  reading: SpecReading,
  pointer: JsonPointer,
  text: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  if (text === undefined) return undefined;
  return reading.problems.attempt(
    () => reading.source.positionOf(pointer),
    () => parse(text),
  );
}

/** For messages at `from`: where `pointer` is, `line 3`, or `common.yml:3` where that is another file. */
export function positionFrom({ source }: SpecReading, pointer: JsonPointer, from: JsonPointer): string {
  const { file, line } = source.positionOf(pointer);
  return file === source.positionOf(from).file ? `line ${line}` : `${file}:${line}`;
}

/** A path of the host that stands at `pointer`: relative to the file there, `~/` being the home directory. */
export function resolveHostPath(reading: SpecReading, pointer: JsonPointer, path: string): string {
  if (path.startsWith('~/')) {
    if (reading.around.home === undefined) {
      throw new CatamaranError('spec', {
        code: 'home-unknown',
        message: `the home directory is not known for ${JSON.stringify(path)}`,
        hint: 'Set HOME, or write an absolute path.',
      });
    }
    return join(reading.around.home, path.slice(2));
  }
  return isAbsolute(path) ? path : join(dirname(reading.source.positionOf(pointer).file), path);
}

/** Syntax, existence, and paths made relative to nothing but the host. */
export function readReference(
  reading: SpecReading,
  pointer: JsonPointer,
  text: string,
): ImageReference | undefined {
  return parsed(reading, pointer, text, () => {
    const reference = parseAsLinuxKit(reading, pointer, text);
    const { components, exists } = reading.around;
    switch (reference.kind) {
      case 'component':
        if (components && !components.includes(reference.name)) {
          throw unknownComponent(reference.name, components);
        }
        return reference;
      case 'registry':
        warnIfComponentMeant(reading, pointer, text);
        return reference;
      case 'package':
        return readPackage(reading, pointer, reference.path);
      default: {
        const path = resolveHostPath(reading, pointer, reference.path);
        const wanted = reference.kind === 'directory' ? join(path, 'component.yml') : path;
        if (exists && !exists(wanted)) {
          throw new CatamaranError('spec', {
            code: 'reference-not-found',
            message: `there is no ${wanted}`,
            hint: hintForMissing(reading, reference.kind, path),
          });
        }
        if (reference.kind === 'directory') checkOwnComponent(reading, path);
        return { ...reference, path };
      }
    }
  });
}

function hintForMissing({ around }: SpecReading, kind: string, path: string): string {
  if (kind !== 'directory')
    return 'Paths are relative to the spec. `docker save` and `skopeo copy` write such a thing.';
  return around.exists?.(join(path, 'Dockerfile'))
    ? 'A Dockerfile is not built here. Build it elsewhere, `docker save -o FILE`, and write docker-archive:FILE.'
    : 'Paths are relative to the spec. Write component:NAME for a component of Catamaran.';
}

/** Its errors are among the spec's, each once though several containers are of it. */
function checkOwnComponent({ problems, around, components }: SpecReading, directory: string): void {
  if (components.has(directory)) return;
  components.add(directory);
  problems.addAll(around.checkComponent?.(directory) ?? []);
}

/** What is no reference by the grammar may be one for LinuxKit. */
function parseAsLinuxKit(reading: SpecReading, pointer: JsonPointer, text: string): ImageReference {
  try {
    return parseReference(text);
  } catch (error) {
    const odd = isOurs(text) ? undefined : readOddReference(text);
    if (!odd || !(error instanceof CatamaranError)) throw error;
    warn(reading, pointer, {
      code: 'reference-odd',
      message: `${JSON.stringify(text)} is no image reference: it is read as ${odd.name}`,
      hint: error.diagnostics[0].hint ?? `Write ${odd.name}.`,
    });
    return odd.reference;
  }
}

/** `@pkg:DIR`: of a directory with a component we build an image; LinuxKit builds what has a build.yml. */
function readPackage(reading: SpecReading, pointer: JsonPointer, directory: string): ImageReference {
  const { exists, read } = reading.around;
  const path = resolveHostPath(reading, pointer, directory);
  if (!exists || exists(join(path, 'component.yml'))) {
    checkOwnComponent(reading, path);
    return { kind: 'directory', path };
  }
  const recipe = join(path, 'build.yml');
  if (exists(recipe)) {
    if (read) parsePackage(recipe, read(recipe));
    return { kind: 'package', path };
  }
  throw new CatamaranError('spec', {
    code: 'reference-not-found',
    message: `there is no ${join(path, 'component.yml')}, nor a build.yml`,
    hint: 'After @pkg: comes the directory of a component, or of a package of LinuxKit, relative to the spec.',
  });
}

function warnIfComponentMeant(reading: SpecReading, pointer: JsonPointer, text: string): void {
  const components = reading.around.components ?? [];
  if (/[/:@]/.test(text)) return;
  const meant = components.includes(text) ? text : nearest(text, components);
  if (meant === undefined) return;
  warn(reading, pointer, {
    code: 'reference-looks-like-component',
    message: `${JSON.stringify(text)} is an image of a registry`,
    hint: `For the component of that name write component:${meant}`,
  });
}
