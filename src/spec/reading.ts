// What every check of meaning works with while one spec is read.
import { dirname, isAbsolute, join } from 'node:path';
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import type { Pointer } from './pointer.ts';
import type { Problems } from './problems.ts';
import { type ImageReference, parseReference, unknownComponent } from './reference.ts';
import { nearest } from './suggest.ts';
import type { SourceMap } from './yaml.ts';

/** What a spec may refer to outside of itself. What is absent is not checked. */
export interface Surroundings {
  /** Names of all components, sorted. */
  readonly components?: readonly string[];
  /** For `~/`. */
  readonly home?: string | undefined;
  /** Whether the host has a file or directory. */
  readonly exists?: (path: string) => boolean;
}

export interface Reading {
  readonly file: string;
  readonly source: SourceMap;
  readonly problems: Problems;
  readonly warnings: Diagnostic[];
  readonly around: Surroundings;
}

export function problem(reading: Reading, pointer: Pointer, diagnostic: Omit<Diagnostic, 'position'>): void {
  reading.problems.add(reading.source.positionOf(pointer), diagnostic);
}

export function warn(reading: Reading, pointer: Pointer, diagnostic: Omit<Diagnostic, 'position'>): void {
  reading.warnings.push({ ...diagnostic, position: reading.source.keyPositionOf(pointer) });
}

/** `parse(text)`, or undefined with its error reported at `pointer`; undefined for an absent text. */
export function parsed<T>(
  reading: Reading,
  pointer: Pointer,
  text: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  if (text === undefined) return undefined;
  return reading.problems.attempt(
    () => reading.source.positionOf(pointer),
    () => parse(text),
  );
}

/** A path of the host that the spec names: relative to the spec, `~/` being the home directory. */
export function resolveHostPath(reading: Reading, path: string): string {
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
  return isAbsolute(path) ? path : join(dirname(reading.file), path);
}

/** Syntax, existence, and paths made relative to nothing but the host. */
export function readReference(reading: Reading, pointer: Pointer, text: string): ImageReference | undefined {
  return parsed(reading, pointer, text, () => {
    const reference = parseReference(text);
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
      default: {
        const path = resolveHostPath(reading, reference.path);
        const wanted = reference.kind === 'directory' ? join(path, 'component.yml') : path;
        if (exists && !exists(wanted)) {
          throw new CatamaranError('spec', {
            code: 'reference-not-found',
            message: `there is no ${wanted}`,
            hint: 'Paths are relative to the spec. Write component:NAME for a component of Catamaran.',
          });
        }
        return { ...reference, path };
      }
    }
  });
}

function warnIfComponentMeant(reading: Reading, pointer: Pointer, text: string): void {
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
