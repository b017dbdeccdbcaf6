// Where a file of the spec comes to lie: as the kernel unpacks LinuxKit's, for which there is nothing above the root. What
// Linux has no name for is left out, with a warning.
import type { JsonPointer } from '../document/pointer.ts';
import { problem, type SpecReading, warn } from './reading.ts';

const maxName = 255;
const maxPath = 4095;

/** Without slashes at its ends, no empty, `.` or `..` part. Undefined where nothing is written. */
export function readImagePath(reading: SpecReading, text: string, pointer: JsonPointer): string | undefined {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
  if (text === '' || text.includes('\0')) {
    problem(reading, pointer, {
      code: 'path-malformed',
      message: `not a path of a file: ${shown}`,
      hint: 'Name the file, such as etc/motd.',
    });
    return undefined;
  }
  const say = (message: string, hint: string) => warn(reading, pointer, { code: 'spec-path', message, hint });
  const parts = stepsOf(text);
  const path = parts.join('/');
  if (parts.some((part) => Buffer.byteLength(part) > maxName) || Buffer.byteLength(path) > maxPath) {
    say(
      `${shown} is left out: Linux takes no such path`,
      `A name has at most ${maxName} bytes, a path ${maxPath}.`,
    );
    return undefined;
  }
  if (path === '') {
    say(
      `${shown} is left out: it is the root directory, which is there already`,
      'Name the file, such as etc/motd.',
    );
    return undefined;
  }
  if (/(?:^|\/)\.\.(?:\/|$)/.test(text)) {
    say(`${shown} is written as ${path}: nothing is above the root`, 'Write it from the root, without "..".');
  }
  if (/[\x01-\x1f\x7f]/.test(path)) {
    say(`${shown} has a line break or another control character in its name`, 'Write the path in one line.');
  }
  return path;
}

function stepsOf(text: string): string[] {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}
