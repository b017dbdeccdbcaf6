// Parsers for the values of options. Each throws commander's error, which names the option.
import { InvalidArgumentError } from 'commander';
import { type Arch, archByNode, archByUname, architectures, isArch } from '../base/arch.ts';
import { parseSize } from '../base/size.ts';
import { type Forward, parseForward } from '../run/forward.ts';

export function parseArch(text: string): Arch {
  const arch = isArch(text) ? text : (archByUname(text) ?? archByNode(text));
  if (arch) return arch;
  throw new InvalidArgumentError(`It must be ${architectures.join(' or ')}.`);
}

export function parseJobs(text: string): number {
  return parseWhole(text, 1, 1024);
}

export function parsePort(text: string): number {
  return parseWhole(text, 1, 65_535);
}

export function parseDays(text: string): number {
  return parseWhole(text, 0, 36_500);
}

function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}

/** In bytes. */
export function parseMemory(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes >= 64 * 1024 ** 2) return bytes;
  throw new InvalidArgumentError('It must be a size of at least 64M, such as 512M or 2G.');
}

/** In bytes. */
export function parseDisk(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0 && bytes % 512 === 0) return bytes;
  throw new InvalidArgumentError('It must be a size, such as 8G.');
}

export function parseCpus(text: string): number {
  return parseWhole(text, 1, 64);
}

export function collectForward(text: string, before: readonly Forward[] = []): Forward[] {
  const forward = parseForward(text);
  if (forward) return [...before, forward];
  throw new InvalidArgumentError('It must be HOST:GUEST, two ports such as 8080:80; /udp may follow.');
}

/** Without a trailing slash. */
export function parseUrl(text: string): string {
  if (/^https?:\/\/[^\s/]/i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be an http or https URL.');
}

export function collectUrl(text: string, before: readonly string[] = []): string[] {
  return [...before, parseUrl(text)];
}

/** `HOST=MIRROR`, gathered by host. */
export function collectMirror(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Record<string, readonly string[]> {
  const [host = '', mirror = '', ...rest] = text.split('=');
  if (host === '' || mirror === '' || rest.length > 0) {
    throw new InvalidArgumentError('It must be REGISTRY=MIRROR, such as docker.io=registry.example.org/hub.');
  }
  return { ...before, [host]: [...(before[host] ?? []), mirror] };
}

/** `NAME=VALUE`, the last one of a name counts. */
export function collectVariable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

export function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `qcow2,raw` → both, each once, in the order given. Which there are, the command knows. */
export function parseWords(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => word !== '')) return [...new Set(words)];
  throw new InvalidArgumentError('It must be one or more names, separated by commas.');
}

/** A part of a file's name. */
export function parseName(text: string): string {
  if (text !== '' && !text.startsWith('.') && !/[/\0]/.test(text)) return text;
  throw new InvalidArgumentError('It must be the beginning of a file’s name, without a slash.');
}
