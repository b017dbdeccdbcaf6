// What an image's entries have made so far, as a program that unpacks them one by one would have it: so that most of what
// chance adds can be unpacked. Names are bytes, as Latin-1.
import type { Chance } from './random.ts';

export type Kind = 'file' | 'directory' | { readonly target: string };

export interface Model {
  /** Where a program can put something: `name` in a directory, in the root, or below a link that leads to one. */
  placeFor(chance: Chance, name: string): string;
  /** A name that is there; undefined where there is none. */
  nameOf(chance: Chance, kind: 'any' | 'file'): string | undefined;
  /** Whether this layer has put something at, below or by way of it that would be another thing afterwards. */
  contradicts(path: string, kind: Kind | 'nothing' | 'emptied'): boolean;
  put(path: string, kind: Kind): void;
  /** What lies there in the layers below goes. */
  hide(path: string, itself: boolean): void;
  nextLayer(): void;
}

const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const joined = (parent: string, name: string) => (parent === '' ? name : `${parent}/${name}`);

export function createModel(): Model {
  const nodes = new Map<string, Kind>();
  /** Of this layer: what it has put, and the links by way of which it has. */
  let own = new Set<string>();
  let ways = new Set<string>();

  /** Through the links that there are; undefined where that is no way for a directory. */
  function directoryAt(path: string, trail = new Set<string>(), hops = 0): string | undefined {
    if (path === '') return '';
    if (hops > 8) return undefined;
    const parent = directoryAt(parentOf(path), trail, hops);
    if (parent === undefined) return undefined;
    const place = joined(parent, baseOf(path));
    const kind = nodes.get(place);
    if (typeof kind === 'object') trail.add(place);
    if (kind === undefined || kind === 'directory') return place;
    return kind === 'file' ? undefined : followed(parent, kind.target, trail, hops + 1);
  }

  function followed(from: string, target: string, trail: Set<string>, hops: number): string | undefined {
    let at: string | undefined = target.startsWith('/') ? '' : from;
    for (const part of target.split('/')) {
      if (at === undefined) return undefined;
      if (part === '' || part === '.') continue;
      at = part === '..' ? parentOf(at) : directoryAt(joined(at, part), trail, hops);
    }
    return at;
  }

  function placeOf(path: string, trail?: Set<string>): string | undefined {
    const parent = directoryAt(parentOf(path), trail);
    return parent === undefined ? undefined : joined(parent, baseOf(path));
  }

  const isDirectory = (path: string) => {
    const place = directoryAt(path);
    return place === '' || (place !== undefined && nodes.get(place) === 'directory');
  };

  function remove(path: string, spared: ReadonlySet<string>, itself: boolean): void {
    for (const name of [...nodes.keys()]) {
      const meant = (itself && name === path) || path === '' || name.startsWith(`${path}/`);
      if (meant && !spared.has(name)) nodes.delete(name);
    }
  }

  return {
    placeFor(chance, name) {
      const rooms = ['', ...[...nodes.keys()].filter(isDirectory)];
      const path = joined(chance.pick(rooms), name);
      return directoryAt(parentOf(path)) === undefined ? baseOf(path) : path;
    },
    nameOf(chance, kind) {
      const names = [...nodes.keys()].filter((name) => kind === 'any' || nodes.get(name) === kind);
      return names.length === 0 ? undefined : chance.pick(names);
    },
    contradicts(path, kind) {
      const trail = new Set(ways);
      const place = kind === 'emptied' ? directoryAt(path, trail) : placeOf(path, trail);
      if (place === undefined) return true;
      if (kind === 'emptied') return [...own].some((name) => place === '' || name.startsWith(`${place}/`));
      const isBelow = (name: string) => name.startsWith(`${place}/`);
      if ([...trail].some((link) => link === place || isBelow(link))) return true;
      const known = own.has(place) ? nodes.get(place) : undefined;
      if (kind === 'directory') return known !== undefined && known !== 'directory';
      return known === 'directory' || (kind === 'nothing' && known !== undefined) || [...own].some(isBelow);
    },
    put(path, kind) {
      const place = placeOf(path, ways);
      if (place === undefined) return;
      if (kind !== 'directory') remove(place, new Set(), false);
      nodes.set(place, kind);
      own.add(place);
      for (let at = parentOf(place); at !== ''; at = parentOf(at)) {
        nodes.set(at, 'directory');
        own.add(at);
      }
    },
    hide(path, itself) {
      const place = itself ? placeOf(path) : directoryAt(path);
      if (place !== undefined) remove(place, own, itself);
    },
    nextLayer() {
      own = new Set();
      ways = new Set();
    },
  };
}
