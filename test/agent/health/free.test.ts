// What is left of disk and memory, as a check of health asks it: the script, run here.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { onHost } from '../../../src/agent/probe/place.ts';
import { probeScript } from '../../../src/agent/probe/table.ts';
import { parseProbe } from '../../../src/contract/probe.ts';

const ask = (what: string) => {
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', probeScript(parseProbe({ free: what })!, onHost)],
    {
      encoding: 'utf8',
    },
  );
  return { status, said: stdout + stderr };
};

test.each(['disk 1K', 'memory 1K', 'memory 1%', 'logs'])('%s is there', (what) => {
  expect(ask(what)).toEqual({ status: 0, said: '' });
});

test.each(['disk 900000G', 'memory 900000G', 'memory 100%'])('%s is not', (what) => {
  expect(ask(what)).toEqual({ status: 1, said: expect.stringMatching(/^only \d+ KiB of \d+ are left\n$/) });
});

test.each(['disk', 'disk 0M', 'disk 5', 'swap 1M', 'memory 64M; true', 'disk 10%\n'])(
  '%j is no check',
  (what) => {
    expect(parseProbe({ free: what })).toBeUndefined();
  },
);
