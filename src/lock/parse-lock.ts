// A lock file's text → Lock: YAML, the schema, and what the schema cannot say. All that is wrong is told at once, with its place.
import type { Arch } from '../base/arch.ts';
import { parseDigest } from '../base/digest.ts';
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { type Document, readDocument } from '../document/document.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { validateLock } from '../document/validators.generated.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { LockDocument, RawTargetEntry } from './lock.generated.ts';
import { type Lock, nameOf, type TargetLock } from './lock-file.ts';

/** Written by a program: a line for each package of each component. */
const limits = { text: 64 << 20, values: 5_000_000 };

export function parseLock(file: string, text: string): Lock {
  try {
    const document = readDocument<LockDocument>('lock.schema.json', validateLock, file, text, limits);
    const { value, problems, warnings } = document;
    problems.addAll(warnings);
    problems.throwIfAny();
    const lock = {
      epoch: value.epoch,
      suites: value.suites,
      targets: targetsOf(document, 'targets'),
      tools: targetsOf(document, 'tools'),
    };
    problems.throwIfAny();
    return lock;
  } catch (error) {
    throw error instanceof CatamaranError ? malformed(error) : error;
  }
}

function targetsOf(document: Document<LockDocument>, key: 'targets' | 'tools'): Lock['targets'] {
  const targets: Partial<Record<Arch, TargetLock>> = {};
  for (const [arch, entry] of entriesOf(document.value[key])) {
    targets[arch] = targetOf(document, entry, `/${key}/${arch}`);
  }
  return targets;
}

function targetOf(document: Document<LockDocument>, entry: RawTargetEntry, at: JsonPointer): TargetLock {
  const packages = new Map(entry.packages?.map(parsePackage).map((each) => [nameOf(each), each]));
  const components = entriesOf(entry.components).map(([reference, { request, packages: names }]) => {
    const place = childOf(childOf(childOf(at, 'components'), reference), 'packages');
    const found = names.flatMap((name, index) => {
      const each = packages.get(name);
      if (each === undefined) refuseUnlisted(document, childOf(place, index), reference, name);
      return each ?? [];
    });
    return [reference, { request: parseDigest(request), packages: found }] as const;
  });
  const images = entriesOf(entry.images).map(([name, digest]) => [name, parseDigest(digest)] as const);
  return { components: Object.fromEntries(components), images: Object.fromEntries(images) };
}

function refuseUnlisted(
  { problems, source }: Document<LockDocument>,
  at: JsonPointer,
  reference: string,
  name: string,
): void {
  const message = `${reference} names ${name}, which is not under packages`;
  problems.add(source.positionOf(at), { code: 'lock-malformed', message });
}

/** A line that the schema's pattern has let through. */
function parsePackage(line: string): LockedPackage {
  const [name, version, arch, pocket, size, digest, path] = line.split(' ') as Words;
  return { name, version, arch, pocket, path, size: Number(size), digest: parseDigest(digest) };
}

type Words = [string, string, LockedPackage['arch'], LockedPackage['pocket'], string, string, string];

function entriesOf<T extends object>(table: T | undefined) {
  return Object.entries(table ?? {}) as [keyof T & string, NonNullable<T[keyof T]>][];
}

function malformed(error: CatamaranError): CatamaranError {
  const [first, ...rest] = error.diagnostics.map(({ message, position }): Diagnostic => {
    return {
      code: 'lock-malformed',
      message: `not a lock file that this version reads: ${message}`,
      hint: 'Restore it from version control, or delete it and build again.',
      position,
    };
  });
  return new CatamaranError('spec', [first!, ...rest], { cause: error });
}
