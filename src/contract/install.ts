// catamaran/install.json on a live medium: what `catamaran-agent install` makes of a disk, and where on the medium it lies.
// The slot's images are those that the live system runs from; everything else of the built disk (boot code, core image, EFI
// system partition, slot state, data partition) is in one packed file, without its zeros. Of fixed size, for the places in
// it are known only once the medium is laid out.
import { type Arch, isArch } from '../base/arch.ts';
import {
  type Fields,
  fieldsOf,
  hasField,
  listField,
  numberField,
  objectField,
  textField,
} from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { type PartitionRole, partitionRoles, slotRole } from '../slots/constants.ts';
import { sha256Form } from '../tuf/release-ref.ts';
import { malformedDocument, readFormatted, writeDocument } from './document.ts';
import { type ReleaseFacts, type ReleasePart, readFacts, releaseParts } from './release-manifest.ts';

export const installIndexSize = 256 * 1024;
/** Of all places on a medium and on a disk. */
export const installGrain = 4096;

/** What is packed. Boot code and core image are for a BIOS; `esp-bios` is the ESP without an application of UEFI. */
export const packedNames = ['boot-code', 'bios-boot', 'esp', 'esp-bios', 'ab-state', 'data'] as const;
export type PackedName = (typeof packedNames)[number];

/** In bytes. */
export interface BytePlace {
  readonly offset: number;
  readonly size: number;
}

export interface MediumImage extends BytePlace {
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface InstallFacts extends Omit<ReleaseFacts, 'arch'> {
  readonly arch: Arch;
  /** In bytes: the smallest disk. */
  readonly size: number;
  /** In the order of the table, as the disk has them. */
  readonly partitions: readonly (BytePlace & { readonly role: PartitionRole })[];
  /**
   * The pieces of each, sorted, in the order of `packedNames` one after the other in the packed file. Offsets are those in
   * the partition, of the boot code that on the disk. What is between them is zero.
   */
  readonly pieces: Readonly<Partial<Record<PackedName, readonly BytePlace[]>>>;
}

export interface InstallIndex extends InstallFacts {
  /** Where they lie on the medium. */
  readonly images: Readonly<Record<ReleasePart | 'packed', MediumImage>>;
}

/** SHA-256 of ASCII, in lower-case hex. */
type Digest = (text: string) => string;

/** The document in one line, its sum in the next, and line ends up to the size. */
export function writeInstallIndex(index: InstallIndex, digest: Digest): Uint8Array {
  const { os, version, arch, roothash, salt, dataBlocks, size, partitions, pieces, images } = index;
  const pairs = Object.entries(pieces).map(([name, each]) => [
    name,
    each.map((one) => [one.offset, one.size]),
  ]);
  const facts = { os, version, arch, roothash, salt, dataBlocks, size, partitions };
  const line = writeDocument({ ...facts, pieces: Object.fromEntries(pairs), images }, 0);
  const text = `${line}${digest(line)}\n`;
  if (text.length > installIndexSize) throw new RangeError(`an index of ${text.length} bytes`);
  const bytes = new Uint8Array(installIndexSize).fill(0x0a);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

const mostPieces = 20_000;

/** `bytes` may go on behind it. */
export function readInstallIndex(bytes: Uint8Array, what: string, digest: Digest): InstallIndex {
  const line = lineAt(bytes, 0);
  if (lineAt(bytes, line.length).trim() !== digest(line))
    throw malformedDocument(what, 'is damaged: it has another sum than is written in it');
  return readIndex(line, what);
}

function lineAt(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0x0a, start) + 1;
  let text = '';
  for (let at = start; at < end; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 4096)));
  return text;
}

function readIndex(text: string, what: string): InstallIndex {
  const fields = readFormatted(text, what);
  const facts = readFacts(fields);
  const { arch } = facts;
  if (!isArch(arch)) throw fields.refuse(`${what}: arch`, `is ${arch}, which is not known here`);
  const size = numberField(fields, 'size', installGrain);
  const partitions = readPartitions(fields, size);
  const images = objectField(fields, 'images');
  const image = (name: ReleasePart | 'packed') => readImage(objectField(images, name));
  for (const part of releaseParts) {
    const room = partitions.find(({ role }) => role === slotRole(part, 'A'))!.size;
    if (image(part).size > room) throw fields.refuse(`${what}: ${part}`, `is larger than its ${room} bytes`);
  }
  const index = {
    ...facts,
    ...{ arch, size, partitions, pieces: readPieces(fields, partitions) },
    images: {
      ...Object.fromEntries(releaseParts.map((part) => [part, image(part)])),
      packed: image('packed'),
    },
  } as InstallIndex;
  const packed = Object.values(index.pieces)
    .flat()
    .reduce((sum, each) => sum + each.size, 0);
  if (packed !== index.images.packed.size)
    throw fields.refuse(`${what}: pieces`, `are of ${packed} bytes, and the packed file is not`);
  return index;
}

function readPartitions(fields: Fields, size: number): InstallIndex['partitions'] {
  const list = listField(fields, 'partitions', partitionRoles.length);
  let end = 0;
  return partitionRoles.map((role, at) => {
    const each = fieldsOf(list[at], `${fields.what}: partitions[${at}]`, fields.refuse);
    if (each.values.role !== role) throw fields.refuse(`${each.what}: role`, `is not ${role}`);
    const place = readPlace(each, end, size);
    end = place.offset + place.size;
    return { role, ...place };
  });
}

function readPieces(fields: Fields, partitions: InstallIndex['partitions']): InstallIndex['pieces'] {
  const found = objectField(fields, 'pieces');
  const roomOf = (name: PackedName): number =>
    name === 'boot-code'
      ? installGrain
      : partitions.find(({ role }) => role === name.replace(/-bios$/, ''))!.size;
  const names = packedNames.filter((name) => hasField(found, name));
  return Object.fromEntries(
    names.map((name) => {
      let end = 0;
      const list = listField(found, name, mostPieces).map((pair: Json, at) => {
        const what = `${found.what}: ${name}[${at}]`;
        const [offset = null, size = null] = Array.isArray(pair) ? pair : [];
        const place = readPlace(fieldsOf({ offset, size }, what, fields.refuse), end, roomOf(name));
        end = place.offset + place.size;
        return place;
      });
      return [name, list];
    }),
  );
}

/** Of whole grains, not before `least`, and within `room`. */
function readPlace(fields: Fields, least: number, room: number): BytePlace {
  const offset = numberField(fields, 'offset', least, room);
  const size = numberField(fields, 'size', 1, room - offset);
  if (offset % installGrain !== 0 || size % installGrain !== 0)
    throw fields.refuse(fields.what, `is no place of whole blocks: ${offset} and ${size}`);
  return { offset, size };
}

function readImage(fields: Fields): MediumImage {
  const offset = numberField(fields, 'offset', 1);
  return {
    offset,
    size: numberField(fields, 'size', 0),
    sha256: textField(fields, 'sha256', sha256Form),
  };
}
