// What can be changed in a finished ISO: more kernel arguments and a configuration for the machine, in a file of fixed size.
// It is an environment block of GRUB, which reads the arguments by itself; the initrd reads the rest by its lines. Written
// by the builder and by `catamaran iso customize`. The sum is against accidents: it says nothing of who has written it.

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
  const text = `${header}arguments=${words}\nconfig=${toBase64(config)}\n`;
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
  const decoded = fromBase64(config);
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

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, section 4. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const count = Math.min(bytes.length - at, 3) + 1;
    text += group.map((digit, index) => (index < count ? digits[digit] : '=')).join('');
  }
  return text;
}

function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const plain = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let [bits, count, at] = [0, 0, 0];
  for (const character of plain) {
    bits = ((bits << 6) | digits.indexOf(character)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >> count) & 0xff;
    }
  }
  return bytes;
}
