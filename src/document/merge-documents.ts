// Several documents to one, as LinuxKit appends them: mappings are merged, the lists of the top level joined, and a
// later value takes the place of an earlier one. Every value keeps its place in the text that it comes from.
import { define } from './define.ts';
import { childOf, describePointer, type JsonPointer, parentPointer } from './pointer.ts';
import type { Problems } from './problems.ts';
import type { SourceMap } from './source-map.ts';

export interface DocumentPart {
  readonly value: unknown;
  readonly source: SourceMap;
}

/** Lists that grow; any other list is replaced. */
const joined = new Set([
  '/init',
  '/onboot',
  '/onshutdown',
  '/services',
  '/files',
  '/firewall/allow',
  '/volumes',
  '/trust/image',
  '/trust/org',
  '/health/checks',
]);

/** LinuxKit takes an empty text here for none at all. */
const unlessEmpty = new Set(['/kernel/image', '/kernel/cmdline', '/kernel/binary']);

/**
 * @param parts in the order in which they count
 * @param main whose beginning stands for the whole
 */
export function mergeDocuments(
  parts: readonly [DocumentPart, ...DocumentPart[]],
  main: SourceMap,
  problems: Problems,
): DocumentPart {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  const merging: Merging = { origins: new Map([['', { source: first.source, pointer: '' }]]), problems };
  let value = first.value;
  for (const { value: next, source } of others) value = mergeValue(merging, value, next, source, '', '');
  return { value, source: composite(merging.origins, main) };
}

interface Merging {
  readonly origins: Map<JsonPointer, Origin>;
  readonly problems: Problems;
}

/** Where a value of the merged document, with all below it that has no origin of its own, is written. */
interface Origin {
  readonly source: SourceMap;
  readonly pointer: JsonPointer;
}

/** `at` is the place in the merged document, `from` the one in the later document. */
function mergeValue(
  merging: Merging,
  earlier: unknown,
  later: unknown,
  source: SourceMap,
  at: JsonPointer,
  from: JsonPointer,
): unknown {
  const kind = kindOf(later);
  if (kind !== 'scalar' && kind === kindOf(earlier)) {
    if (kind === 'mapping') return mergeMappings(merging, earlier as Fields, later as Fields, source, at);
    if (joined.has(at)) {
      const list = earlier as unknown[];
      (later as unknown[]).forEach((item, index) => {
        merging.origins.set(childOf(at, list.length), { source, pointer: childOf(from, index) });
        list.push(item);
      });
      return list;
    }
  }
  if (later === '' && unlessEmpty.has(at)) return earlier;
  if (kind !== kindOf(earlier) && earlier !== null) {
    merging.problems.add(source.positionOf(from), {
      code: 'spec-merge',
      message: `${describePointer(at)} is a ${kind} here and a ${kindOf(earlier)} in an earlier file`,
      hint: 'Write it the same way in both.',
    });
  }
  for (const pointer of merging.origins.keys()) {
    if (pointer.startsWith(`${at}/`)) merging.origins.delete(pointer);
  }
  merging.origins.set(at, { source, pointer: from });
  return later;
}

type Fields = Record<string, unknown>;

function mergeMappings(
  merging: Merging,
  earlier: Fields,
  later: Fields,
  source: SourceMap,
  at: JsonPointer,
): Fields {
  for (const [key, value] of Object.entries(later)) {
    const place = childOf(at, key);
    if (Object.hasOwn(earlier, key)) {
      define(earlier, key, mergeValue(merging, earlier[key], value, source, place, place));
    } else {
      define(earlier, key, value);
      merging.origins.set(place, { source, pointer: place });
    }
  }
  return earlier;
}

function kindOf(value: unknown): 'list' | 'mapping' | 'scalar' {
  if (Array.isArray(value)) return 'list';
  return value !== null && typeof value === 'object' ? 'mapping' : 'scalar';
}

function composite(origins: ReadonlyMap<JsonPointer, Origin>, main: SourceMap): SourceMap {
  const locate = (pointer: JsonPointer): Origin => {
    if (pointer === '') return { source: main, pointer };
    for (let above = pointer; ; above = parentPointer(above)) {
      const origin = origins.get(above);
      if (origin) return { source: origin.source, pointer: origin.pointer + pointer.slice(above.length) };
    }
  };
  return {
    positionOf: (pointer) => {
      const origin = locate(pointer);
      return origin.source.positionOf(origin.pointer);
    },
    keyPositionOf: (pointer) => {
      const origin = locate(pointer);
      return origin.source.keyPositionOf(origin.pointer);
    },
    textOf: (pointer) => {
      const origin = locate(pointer);
      return origin.source.textOf(origin.pointer);
    },
    bytesOf: (pointer) => {
      const origin = locate(pointer);
      return origin.source.bytesOf(origin.pointer);
    },
  };
}
