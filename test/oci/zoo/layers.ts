// Layers by chance: what programs that make images have been seen to write, and what they could. A few names in a few
// directories, so that entries meet: replaced, linked, hidden, reached through links of their own layer or of one below. Most
// images can be unpacked; one in ten is odd, and has things below files, links to what is not there, links in a circle.
import { paxEntry, type RawEntry, rawTar } from '../../tree/support.ts';
import { createModel, type Kind, type Model } from './model.ts';
import { type Chance, chanceOf } from './random.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
/** Two are no ASCII: an `é` in UTF-8, and in Latin-1. */
const words = ['a', 'b', 'c', 'bin', 'usr', 'lib', '.x', 'a b', '\xc3\xa9', '\xe9', 'n'.repeat(130)];

/** `plain`: the same tree without what umoci does not take: global headers, contiguous files, GNU's sparse ones. */
export type ZooForm = 'wild' | 'plain';

export interface ZooImage {
  /** The lowest first: plain tars. */
  readonly layers: readonly Buffer[];
  /** Whether a layer says two things of one place, so that what it means hangs on the order of its entries. */
  readonly contradicts: boolean;
}

interface Making {
  readonly chance: Chance;
  readonly form: ZooForm;
  readonly odd: boolean;
  readonly model: Model;
  contradicts: boolean;
}

export function zooImage(seed: number, form: ZooForm): ZooImage {
  const chance = chanceOf(seed);
  const making = { chance, form, odd: chance.odds(1, 10), model: createModel(), contradicts: false };
  const layers = Array.from({ length: 1 + chance.below(4) }, () => layer(making));
  return { layers, contradicts: making.contradicts };
}

function layer(making: Making): Buffer {
  const { chance, form, model } = making;
  const entries: RawEntry[] = [];
  if (chance.odds(1, 20) && form === 'wild')
    entries.push(paxEntry({ comment: 'made by chance', 'LIBARCHIVE.x': '1' }, 'g'));
  for (let count = chance.below(14); count > 0; count -= 1) entries.push(...entry(making));
  model.nextLayer();
  const bytes = rawTar(...entries);
  // Some programs leave the end out.
  return chance.odds(1, 10) ? bytes.subarray(0, bytes.length - 1024) : bytes;
}

function entry(making: Making): RawEntry[] {
  const { chance, model } = making;
  const path = (chance.odds(1, 4) ? model.nameOf(chance, 'any') : undefined) ?? newPath(making);
  if (chance.odds(1, 12)) return whiteout(making, path);
  const { said = {}, ...own } = node(making, path);
  const kind = kindOf(own);
  if (!allowed(making, path, kind)) return [];
  model.put(path, kind);
  const name = spelled(chance, own.type === '5' && chance.odds(2, 3) ? `${path}/` : path);
  return named(chance, name, { ...meta(chance), ...own }, said);
}

function kindOf({ type, link }: RawEntry): Kind {
  if (type === '5') return 'directory';
  return type === '2' ? { target: Buffer.from(link!).toString('latin1') } : 'file';
}

/** An odd image may contradict itself. */
function allowed(making: Making, path: string, kind: Kind | 'nothing' | 'emptied'): boolean {
  const contradicts = making.model.contradicts(path, kind);
  if (contradicts && making.odd) making.contradicts = true;
  return making.odd || !contradicts;
}

function newPath({ chance, odd, model }: Making): string {
  const parts = Array.from({ length: 1 + chance.below(odd ? 3 : 2) }, () => chance.pick(words));
  const name = parts.join('/');
  return odd && chance.odds(1, 2) ? name : model.placeFor(chance, name);
}

function whiteout(making: Making, path: string): RawEntry[] {
  const { chance, model } = making;
  const slash = path.lastIndexOf('/') + 1;
  const opaque = chance.odds(1, 4);
  if (!allowed(making, path, opaque ? 'emptied' : 'nothing')) return [];
  model.hide(path, !opaque);
  const name = opaque ? `${path}/.wh..wh..opq` : `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
  return named(chance, spelled(chance, name), {}, {});
}

/** As tar, Docker, kaniko, distroless write names. */
function spelled(chance: Chance, path: string): Buffer {
  return latin(`${chance.pick(['', '', '', './', '/', './/'])}${path}`);
}

interface Node extends RawEntry {
  /** Records of its pax header. */
  readonly said?: Readonly<Record<string, string>>;
}

function node({ chance, form, odd, model }: Making, path: string): Node {
  switch (chance.below(16)) {
    case 0:
    case 1:
    case 2:
      return { type: '5' };
    case 3:
    case 4: {
      const to = model.nameOf(chance, 'any') ?? chance.pick(words);
      const link = latin(`${chance.pick(['', '', '/', '../', '../../', './', '//'])}${to}`);
      return { type: '2', link, ...(chance.odds(1, 8) ? { size: 5 } : {}) };
    }
    case 5:
    case 6: {
      const to = odd && chance.odds(1, 3) ? chance.pick(words) : model.nameOf(chance, 'file');
      if (to === undefined || (to === path && !odd)) return { type: '0', body: content(chance) };
      return { type: '1', link: spelled(chance, to), ...(chance.odds(1, 8) ? { size: 5 } : {}) };
    }
    case 7:
      return { type: '6' };
    case 8:
      return chance.odds(1, 2) ? oldSparse(chance, form) : paxSparse(chance);
    case 9:
      return { type: chance.pick([form === 'wild' ? '7' : '0', '\0']), body: content(chance) };
    default:
      return { type: '0', body: content(chance) };
  }
}

const content = (chance: Chance) => 'x'.repeat(chance.pick([0, 1, 5, 511, 512, 513, 2000]));

function meta(chance: Chance): RawEntry {
  return {
    mode: chance.pick([0o644, 0o755, 0o600, 0o4755, 0o1777, 0o700]),
    uid: chance.pick([0, 0, 1000, 70_000]),
    gid: chance.pick([0, 0, 1000]),
    mtime: chance.below(2_000_000_000),
  };
}

/** Where an entry's name and link are said: in its header, where they fit, in pax records or in GNU's entries. */
function named(chance: Chance, name: Buffer, entry: RawEntry, said: Node['said']): RawEntry[] {
  const link = entry.link === undefined ? undefined : Buffer.from(entry.link);
  const fits = name.length <= 100 && (link === undefined || link.length <= 100);
  const way = fits && chance.odds(3, 4) ? 'header' : chance.pick(['pax', 'gnu']);
  const records: Record<string, Uint8Array | string> = { ...said };
  if (chance.odds(1, 8)) records['SCHILY.xattr.user.zoo'] = latin(chance.pick(['', 'text', 'a\0b', '\xff']));
  if (chance.odds(1, 10)) records.mtime = chance.pick(['1000000000.25', '1234567890']);
  if (chance.odds(1, 12)) records.uid = String(chance.pick([7, 3_000_000]));
  if (chance.odds(1, 12)) records['LIBARCHIVE.creationtime'] = '1';
  const before: RawEntry[] = [];
  if (way === 'pax') {
    records.path = name;
    if (link !== undefined) records.linkpath = link;
  } else if (way === 'gnu') {
    const long = (type: string, text: Buffer): RawEntry => ({
      name: '././@LongLink',
      type,
      body: Buffer.concat([text, Buffer.of(0)]),
    });
    before.push(long('L', name));
    if (link !== undefined) before.push(long('K', link));
  }
  if (Object.keys(records).length > 0) before.push(paxEntry(records));
  const short = way === 'header';
  return [
    ...before,
    {
      ...entry,
      name: short ? name : 'short',
      ...(link !== undefined ? { link: short ? link : 'short' } : {}),
    },
  ];
}

/** GNU's, of tar before 1.15: the extents are in the header. */
function oldSparse(chance: Chance, form: ZooForm): Node {
  const at = chance.pick([0, 512, 4096]);
  const body = 'y'.repeat(512);
  const size = at + 512 + chance.pick([0, 512, 10_000]);
  if (form === 'plain')
    return { type: '0', body: `${'\0'.repeat(at)}${body}${'\0'.repeat(size - at - 512)}` };
  return {
    type: 'S',
    body,
    patch: (block) => {
      block.write('ustar  \0', 257, 'latin1');
      block.fill(0, 345, 512);
      const octal = (value: number, place: number) =>
        block.write(`${value.toString(8).padStart(11, '0')}\0`, place, 'latin1');
      octal(at, 386);
      octal(512, 398);
      octal(size, 410);
      octal(0, 422);
      octal(size, 483);
    },
  };
}

/** Of the two forms that say the extents in records. */
function paxSparse(chance: Chance): Node {
  const at = chance.pick([0, 512, 4096]);
  const size = at + 512 + chance.pick([0, 512, 10_000]);
  const map = at + 512 === size ? `${at},512` : `${at},512,${size},0`;
  const numbers = map.split(',');
  const records: Record<string, string> = {
    'GNU.sparse.major': '0',
    'GNU.sparse.minor': '1',
    'GNU.sparse.size': String(size),
    'GNU.sparse.numblocks': String(numbers.length / 2),
    'GNU.sparse.map': map,
  };
  return { type: '0', body: 'y'.repeat(512), said: records };
}
