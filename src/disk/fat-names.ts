// Directory entries of FAT: short names of 8.3 and VFAT's long ones. Microsoft's FAT specification, "Directory
// Structure" and "Long File Name Implementation". Used by fat.ts.

export interface FatEntry {
  /** The long name; '' where the short name is the whole truth. */
  readonly name: string;
  /** 11 characters, padded. */
  readonly shortName: string;
  readonly kind: 'file' | 'directory' | 'label';
  readonly cluster: number;
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** What a directory needs behind its last entry, in bytes: one entry that begins with 0. */
export const endOfDirectory = 32;
const attributes = { label: 0x08, directory: 0x10, file: 0x20 } as const;
const unitsPerEntry = 13;
const unitPlaces = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/**
 * 11 characters for each name: the name itself where it is a short one, else `STEM~N` with N by order. `names` is sorted,
 * without two that differ only in case.
 */
export function shortNames(names: readonly string[]): Map<string, string> {
  const folded = names.map((name) => name.toUpperCase());
  if (new Set(folded).size !== names.length) throw new RangeError('FAT names differ only in case');
  const taken = new Set(names.map(plainShortName).filter((name) => name !== undefined));
  const found = new Map<string, string>();
  for (const name of names) {
    if (!/^[ -~]{1,255}$/.test(name) || /["*/:<>?\\|]|[ .]$/.test(name))
      throw new RangeError(`no FAT name: ${name}`);
    found.set(name, plainShortName(name) ?? tailedShortName(name, taken));
  }
  return found;
}

/** Undefined when it needs a long name: more than 8.3, or lower-case letters. */
function plainShortName(name: string): string | undefined {
  const match = /^([A-Z0-9$%'\-_@~`!(){}^#&]{1,8})(?:\.([A-Z0-9$%'\-_@~`!(){}^#&]{1,3}))?$/.exec(name);
  return match ? match[1]!.padEnd(8) + (match[2] ?? '').padEnd(3) : undefined;
}

function tailedShortName(name: string, taken: Set<string>): string {
  const dot = name.lastIndexOf('.');
  const clean = (part: string) => part.toUpperCase().replace(/[^A-Z0-9_-]/g, '');
  const stem = clean(dot > 0 ? name.slice(0, dot) : name);
  const extension = clean(dot > 0 ? name.slice(dot + 1) : '')
    .slice(0, 3)
    .padEnd(3);
  for (let number = 1; ; number++) {
    const tail = `~${number}`;
    const short = (stem.slice(0, 8 - tail.length) + tail).padEnd(8) + extension;
    if (!taken.has(short)) {
      taken.add(short);
      return short;
    }
  }
}

/** Long name entries, last part first, then the short one. */
export function directoryEntries({ name, shortName, kind, cluster, size, mtime }: FatEntry): Uint8Array[] {
  const entry = new Uint8Array(32);
  const view = new DataView(entry.buffer);
  entry.set(Buffer.from(shortName, 'latin1'));
  view.setUint8(11, attributes[kind]);
  const { date, time } = dosTime(mtime);
  view.setUint16(14, time, true);
  view.setUint16(16, date, true);
  view.setUint16(18, date, true);
  view.setUint16(20, cluster >>> 16, true);
  view.setUint16(22, time, true);
  view.setUint16(24, date, true);
  view.setUint16(26, cluster & 0xffff, true);
  view.setUint32(28, size, true);
  const isLong = name !== '' && plainShortName(name) === undefined;
  return isLong ? [...longEntries(name, checksum(shortName)), entry] : [entry];
}

function longEntries(name: string, sum: number): Uint8Array[] {
  const count = Math.ceil(name.length / unitsPerEntry);
  return Array.from({ length: count }, (_, index) => {
    const ordinal = count - index;
    const entry = new Uint8Array(32);
    const view = new DataView(entry.buffer);
    entry[0] = ordinal | (index === 0 ? 0x40 : 0);
    entry[11] = 0x0f;
    entry[13] = sum;
    unitPlaces.forEach((place, unit) => {
      const at = (ordinal - 1) * unitsPerEntry + unit;
      view.setUint16(place, at < name.length ? name.charCodeAt(at) : at === name.length ? 0 : 0xffff, true);
    });
    return entry;
  });
}

function checksum(shortName: string): number {
  let sum = 0;
  for (const byte of Buffer.from(shortName, 'latin1')) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

/** "Date and Time Formats", in UTC. */
function dosTime(mtime: number): { date: number; time: number } {
  const moment = new Date(Math.max(mtime, 315532800) * 1000);
  return {
    date: ((moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
  };
}
