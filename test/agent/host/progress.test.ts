// What a long download says of itself: enough lines to see that it moves, and few enough for a log.
import { expect, test } from 'vitest';
import { trackBytes } from '../../../src/agent/host/progress.ts';
import { memoryHost } from '../memory-host.ts';

const mebibyte = 1 << 20;

function linesOf(total: number, before = 0): string[] {
  const lines: string[] = [];
  const host = { ...memoryHost({}), print: (line: string) => void lines.push(line) };
  const track = trackBytes(host, '2.0.0', { total, before });
  for (let come = before; come < total; come += mebibyte) track(Math.min(mebibyte, total - come));
  return lines;
}

test('a line for each 16 MiB, and the last one is all of it', () => {
  expect(linesOf(40 * mebibyte)).toEqual([
    '2.0.0: 16.0 MiB of 40.0 MiB',
    '2.0.0: 32.0 MiB of 40.0 MiB',
    '2.0.0: 40.0 MiB of 40.0 MiB',
  ]);
});

test('a large image takes twenty lines', () => {
  expect(linesOf(4000 * mebibyte)).toHaveLength(20);
});

test('what came in an earlier attempt counts as come', () => {
  expect(linesOf(40 * mebibyte, 30 * mebibyte)).toEqual(['2.0.0: 40.0 MiB of 40.0 MiB']);
});
