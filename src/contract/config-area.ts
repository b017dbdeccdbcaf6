// What can be changed in a finished ISO: more kernel arguments and a configuration for the machine, in a file of fixed size.
// It is an environment block of GRUB, which reads the arguments by itself; the initrd reads the rest by its lines. Written
// by the builder and by `catamaran iso customize`. The sum is against accidents: it says nothing of who has written it.

import { decodeBase64, encodeBase64 } from '../base/base64.ts';

export const configAreaSize = 256 * 1024;
export const argumentsLimit = 1024;
/** In bytes: what is left for it, in base64. */
export const configLimit = 190 * 1024;

export interface ConfigArea {
  /** In plain ASCII without quotes and backslashes, as all that GRUB hands to the kernel. */
  readonly arguments: string;
  readonly config: Uint8Array;
}

/** SHA-256 in lower-case hex. */
type Digest = (bytes: Uint8Array) => string;

const header = '# GRUB Environment Block\ncatamaran_config=1\n';
const form = /^arguments=([^\n]*)\nconfig=([A-Za-z0-9+/]*={0,2})\nsum=([0-9a-f]{64})\n#*$/;

/** The arguments that GRUB can hand over as they are. */
export const isPlainArguments = (text: string): boolean => /^[ !#-&(-[\]-~]*$/.test(text);

export function encodeConfigArea({ arguments: words, config }: ConfigArea, digest: Digest): Uint8Array {
  if (words.length > argumentsLimit || !isPlainArguments(words))
    throw new RangeError('these kernel arguments do not go into the area');
  if (config.length > configLimit) throw new RangeError(`a configuration of ${config.length} bytes`);
  const text = `${header}arguments=${words}\nconfig=${encodeBase64(config)}\n`;
  return bytesOf(`${text}sum=${digest(bytesOf(text))}\n`.padEnd(configAreaSize, '#'));
}

/** Undefined where the bytes are no such area, or damaged. */
export function decodeConfigArea(bytes: Uint8Array, digest: Digest): ConfigArea | undefined {
  if (bytes.length !== configAreaSize) return undefined;
  const text = textOf(bytes);
  if (!text.startsWith(header)) return undefined;
  const [, words, config, sum] = form.exec(text.slice(header.length)) ?? [];
  if (words === undefined || config === undefined || !isPlainArguments(words)) return undefined;
  if (digest(bytesOf(text.slice(0, text.indexOf('\nsum=') + 1))) !== sum) return undefined;
  const decoded = decodeBase64(config);
  return decoded && { arguments: words, config: decoded };
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
