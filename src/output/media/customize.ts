// Changes what a finished ISO may be changed in: its config area, and no other byte. The new file appears by rename, so that
// at every instant the ISO is the old one or the new one.
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';
import {
  argumentsLimit,
  type ConfigArea,
  configAreaSize,
  configLimit,
  decodeConfigArea,
  encodeConfigArea,
  isPlainArguments,
} from '../../contract/config-area.ts';
import type { IsoPlace } from '../../disk/iso9660.ts';
import { findInIso, sizeOfIso } from '../../disk/iso9660-reader.ts';
import { contentOf } from '../../tree/content.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { writeRaw } from '../write/raw.ts';
import type { OutputOptions } from '../write/write-output.ts';
import { mediaPaths, sha256 } from './compose-iso.ts';

export interface CustomIso {
  readonly area: ConfigArea;
  readonly place: IsoPlace;
  /** In bytes. */
  readonly size: number;
}

export async function readCustomIso(path: string): Promise<CustomIso> {
  const file = await openIso(path);
  try {
    const place = await findInIso(file, mediaPaths.config);
    if (place?.size !== configAreaSize) throw noIso(path);
    const { size } = await file.stat();
    const whole = (await sizeOfIso(file)) ?? 0;
    if (size < whole)
      throw damaged(`${path} is cut short: it has ${formatSize(size)} of ${formatSize(whole)}`);
    const bytes = new Uint8Array(configAreaSize);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, place.offset);
    const area = bytesRead === bytes.length ? decodeConfigArea(bytes, sha256) : undefined;
    if (!area) throw damaged(`the config area of ${path} is damaged`);
    return { area, place, size };
  } finally {
    await file.close();
  }
}

/** What is not given stays. */
export async function customizeIso(
  path: string,
  changes: { readonly arguments?: string | undefined; readonly config?: Uint8Array | undefined },
  options: OutputOptions = {},
): Promise<WrittenFile> {
  const { area, place, size } = await readCustomIso(path);
  const { arguments: words = area.arguments, config = area.config } = changes;
  checkChanges(words, config);
  // A link keeps pointing to the file that is changed.
  const real = await realpath(path);
  const rest = place.offset + place.size;
  const patched = [
    { offset: 0, content: { at: 'file', path: real, offset: 0, size: place.offset } as const },
    { offset: place.offset, content: contentOf(encodeConfigArea({ arguments: words, config }, sha256)) },
    { offset: rest, content: { at: 'file', path: real, offset: rest, size: size - rest } as const },
  ];
  return writeRaw({ size, extents: patched }, real, options);
}

function checkChanges(words: string, config: Uint8Array): void {
  if (!isPlainArguments(words)) {
    throw new CatamaranError('usage', {
      code: 'cmdline-quoted',
      message: `the kernel arguments have a character that GRUB cannot hand to the kernel as it is: ${JSON.stringify(words)}`,
      hint: 'Write them in plain ASCII, without quotes, backslashes and line breaks.',
    });
  }
  if (words.length > argumentsLimit) throw tooLong('kernel arguments have', words.length, argumentsLimit);
  if (config.length > configLimit) throw tooLong('configuration has', config.length, configLimit);
}

function tooLong(what: string, size: number, limit: number): CatamaranError {
  return new CatamaranError('usage', {
    code: 'config-area-full',
    message: `the ${what} ${formatSize(size)}, and the ISO has room for ${formatSize(limit)}`,
    hint: 'Put what is long on a server or on a config volume, and let the configuration name it.',
  });
}

async function openIso(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new CatamaranError(
      'usage',
      {
        code: 'image-unreadable',
        message: `cannot open ${path}: ${messageOf(cause)}`,
        hint: 'Name an ISO that catamaran has built.',
      },
      { cause },
    );
  }
}

function damaged(message: string): CatamaranError {
  const hint = 'Build the ISO again, or fetch it again.';
  return new CatamaranError('integrity', { code: 'iso-damaged', message, hint });
}

function noIso(path: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'iso-foreign',
    message: `${path} is no ISO of Catamaran: it has no config area`,
    hint: 'Name an ISO that catamaran has built, in the format iso, usb or iso-plain.',
  });
}
