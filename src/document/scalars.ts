// The small languages inside a spec's texts: permission bits, signals, spans of time, paths in the image.
import { CatamaranError } from '../base/errors.ts';
import { didYouMean } from './suggest.ts';

/** `0644`, `644`, `0o644`: always octal, however YAML would take it. Of `100644` the type of the file is left out. */
export function parseMode(text: string): number {
  const match = /^\+?(?:0o)?(?=[0-7])0*([0-7]{0,11})$/.exec(text);
  if (!match) throw malformed('mode', 'permission bits', text, 'Write them in octal, such as "0644".');
  return Number.parseInt(`0${match[1]}`, 8) & 0o7777;
}

/** A whole number in the ways in which LinuxKit's parser knows it beside YAML 1.2's: `1_000`, `0b11`, `0X1f`, `-0x1`, `+0o7`. */
export function parseWhole(text: string): number | undefined {
  const [, sign, digits = ''] = /^([-+]?)(.+)$/.exec(text.replaceAll('_', '').toLowerCase()) ?? [];
  if (!/^(?:0x[\da-f]+|0o?[0-7]+|0b[01]+|\d+)$/.test(digits)) return undefined;
  const isOctal = /^0[0-7]+$/.test(digits);
  const size = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -size : size;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (!match)
    throw malformed('duration', 'a span of time', text, 'Write a number with s, m, h or d, such as 30s.');
  return Number(match[1]) * units[match[2]!]!;
}

const signals =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** `SIGTERM`, `term`, `15`, `SIGRTMIN+3` → `SIGTERM` or `SIGRTMIN+3`. */
export function parseSignal(text: string): string {
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (signals.includes(name)) return `SIG${name}`;
  if (/^RTM(?:IN(?:\+(?:[1-9]|[12]\d|30))?|AX(?:-(?:[1-9]|[12]\d|30))?)$/.test(name)) return `SIG${name}`;
  const byNumber = /^\d+$/.test(name) ? signals[Number(name) - 1] : undefined;
  if (byNumber) return `SIG${byNumber}`;
  const known = signals.map((signal) => `SIG${signal}`);
  throw malformed(
    'signal',
    'a signal',
    text,
    didYouMean(`SIG${name}`, known) ?? 'Write its name, such as SIGTERM.',
  );
}

/** A path in the root file system: without slashes at its ends, no empty or `.` part; `..` and the root are refused. */
export function parseImagePath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || /[\x00\n]/.test(text)) {
    throw malformed('path', 'a path inside the image', text, 'Write it from the root, without "..".');
  }
  if (parts.length === 0)
    throw malformed('path', 'a path of a file', text, 'Name the file, such as etc/motd.');
  if (parts.some((part) => sizeInUtf8(part) > 255) || sizeInUtf8(text) > 4095) {
    throw malformed('path', 'a path that Linux takes', text, 'A name has at most 255 bytes, a path 4095.');
  }
  return parts.join('/');
}

/** Without Node: the contract with the machine reads scalars too. */
function sizeInUtf8(text: string): number {
  const sizeOf = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
  return [...text].reduce((size, character) => size + sizeOf(character.codePointAt(0)!), 0);
}

function malformed(
  what: 'duration' | 'mode' | 'path' | 'signal',
  article: string,
  text: string,
  hint: string,
): CatamaranError {
  const message = `not ${article}: ${JSON.stringify(text.slice(0, 200))}`;
  return new CatamaranError('spec', { code: `${what}-malformed`, message, hint });
}
