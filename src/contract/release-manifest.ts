// What a release says of itself: `manifest.json` beside its three images. Written by build/release-images.ts, read by the
// agent before it writes a slot. Whoever parses one has checked where it comes from; here only its form is checked.

export const releaseParts = ['boot', 'root', 'hash'] as const;
export type ReleasePart = (typeof releaseParts)[number];

export interface PartImage {
  /** In bytes; a multiple of 512. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Of dm-verity, as the arguments in the boot archive have them; hex. */
export interface VerityTree {
  readonly roothash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

export interface ReleaseManifest extends VerityTree {
  readonly schema: 1;
  readonly os: string;
  readonly version: string;
  readonly arch: string;
  readonly parts: Readonly<Record<ReleasePart, PartImage>>;
}

/** The name of each part's image in a release's directory. */
export function imageName(part: ReleasePart): string {
  return `${part}.img`;
}

const sizeLimit = 1 << 20;
const hex = /^[0-9a-f]{64}$/;
const word = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}$/;

/** Throws a RangeError that names the member. Members that are not known are passed over, an unknown `schema` is not. */
export function parseReleaseManifest(text: string): ReleaseManifest {
  if (text.length > sizeLimit) throw new RangeError(`a manifest of ${text.length} bytes`);
  let value: Partial<ReleaseManifest> | null;
  try {
    value = JSON.parse(text) as Partial<ReleaseManifest> | null;
  } catch (error) {
    throw new RangeError(`the manifest is not JSON: ${String(error)}`);
  }
  if (value === null || typeof value !== 'object') throw new RangeError('the manifest is not an object');
  if (value.schema !== 1) throw new RangeError(`the manifest's schema is ${String(value.schema)}, not 1`);
  for (const name of ['os', 'version', 'arch'] as const) check(name, value[name], word);
  check('roothash', value.roothash, hex);
  check('salt', value.salt, /^([0-9a-f]{2}){0,256}$/);
  if (!isCount(value.dataBlocks)) throw wrong('dataBlocks', value.dataBlocks);
  for (const part of releaseParts) {
    const { size, sha256 } = value.parts?.[part] ?? {};
    if (!isCount(size) || size % 512 !== 0) throw wrong(`parts.${part}.size`, size);
    check(`parts.${part}.sha256`, sha256, hex);
  }
  return value as ReleaseManifest;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function check(name: string, value: unknown, form: RegExp): void {
  if (typeof value !== 'string' || !form.test(value)) throw wrong(name, value);
}

function wrong(name: string, value: unknown): RangeError {
  return new RangeError(`the manifest's ${name} is ${JSON.stringify(value)?.slice(0, 100)}`);
}
