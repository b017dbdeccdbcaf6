// Users and groups of a spec: numbers, names of containers, which stand for numbers of their own, and `root`.
import type { JsonPointer } from '../document/pointer.ts';
import type { PartFindings } from '../document/problems.ts';
import { parseWhole } from '../document/scalars.ts';
import { didYouMean } from '../document/suggest.ts';

/** The highest number that is none: system calls take it for "leave it as it is". */
const noId = 2 ** 32 - 1;
const nobody = 65534;

export function readId(
  id: number | string,
  pointer: JsonPointer,
  ids: ReadonlyMap<string, number>,
  findings: PartFindings,
): number {
  if (typeof id === 'number') return readNumber(id, pointer, findings);
  if (id === '') return 0;
  const known = ids.get(id);
  if (known !== undefined) return known;
  const whole = /^\d{1,12}$/.test(id) ? Number(id) : parseWhole(id);
  if (whole !== undefined) return readNumber(whole, pointer, findings);
  // LinuxKit takes every text that begins so for a template, and an unknown one for nothing.
  if (id.startsWith('@')) {
    findings.warn(pointer, {
      code: 'spec-unknown-id',
      message: `${JSON.stringify(id)} names nobody: 0, which is root, is taken`,
      hint: 'Write a number, root, or the name of a container of this spec.',
    });
    return 0;
  }
  findings.problem(pointer, {
    code: 'spec-unknown-id',
    message: `no container is named ${JSON.stringify(id)}`,
    hint: didYouMean(id, ids.keys()) ?? 'Write a number, root, or the name of a container of this spec.',
  });
  return 0;
}

/** LinuxKit keeps the lower 32 bits. */
function readNumber(id: number, pointer: JsonPointer, { warn }: PartFindings): number {
  if (id >= 0 && id < noId) return id;
  const kept = ((id % 2 ** 32) + 2 ** 32) % 2 ** 32;
  const taken = kept === noId ? nobody : kept;
  warn(pointer, {
    code: 'spec-id',
    message: `${id} is no number of a user or a group: ${taken} is taken`,
    hint: `Write a number from 0 to ${noId - 1}.`,
  });
  return taken;
}
