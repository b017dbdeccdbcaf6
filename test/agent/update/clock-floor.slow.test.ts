// What the boot raises the clock to (component:agent), so that certificates are good on a machine that wakes up in 1970:
// row 34 of the fault table (docs/design/update-faults.md). The file is the one in which the TUF client remembers its time.
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../release/support/workplace.ts';
import { busyboxCommand } from '../../support/busybox.ts';
import { publishPlan, start } from '../../tuf/support/forge.ts';
import { one, openForgedWorld, planOf } from './support/forged-world.ts';

const program = join(import.meta.dirname, '../../../components/agent/rootfs/usr/lib/catamaran/clock-floor');
const image = 1_750_000_000;
const tenYears = 315_576_000;
const damaged = [
  '',
  '\n',
  '{}',
  'null',
  '{"time":}',
  '{"time":-1}',
  '{"time":0}',
  '{"time":1.8e9}',
  '{"time":"1800000000"}',
  '{"time":01800000000}',
  '{"time":180000000099999999999999999999}',
  '{"time":1800000000',
  '{"time":1800000000}}',
  '{"time": 1800000000}',
  '\n{"time":1800000000}',
  '{"time":$(reboot)}',
  '\0'.repeat(4096),
  '{"time":18\0'.repeat(4),
  'x'.repeat(1 << 20),
];

let file: string;
beforeEach(async () => {
  file = join(await temporaryDirectory(), 'clock.json');
});

/** Undefined: the clock stays as it is. */
function raiseFrom(now: number, path = file): number | undefined {
  const { stdout, stderr } = spawnSync('sh', [program, String(now), String(image), path], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  return stdout === '' ? undefined : Number(stdout);
}

test('a machine that has heard of nothing begins with its image', () => {
  expect(raiseFrom(12)).toBe(image);
});

test('what the update client remembers counts from its first good round on', async () => {
  const { machine } = await openForgedWorld(publishPlan(planOf([{ release: one }])));
  const remembered = join(machine.host.root, 'var/lib/catamaran/tuf/clock.json');
  expect(raiseFrom(12, remembered)).toBe(image);
  expect(machine.agent('update', '--check').status).toBe(0);
  expect(raiseFrom(12, remembered)).toBe(start);
});

test('never lowered: a clock that is not behind stays as it is', async () => {
  expect(raiseFrom(image)).toBeUndefined();
  expect(raiseFrom(image + 1)).toBeUndefined();
  await writeFile(file, `{"time":${image + 100}}`);
  expect(raiseFrom(image + 99)).toBe(image + 100);
  expect(raiseFrom(image + 100)).toBeUndefined();
  expect(raiseFrom(4_000_000_000)).toBeUndefined();
});

test('what was heard before the image was made is no news', async () => {
  await writeFile(file, `{"time":${image - 1}}`);
  expect(raiseFrom(12)).toBe(image);
});

test('ten years after the image is believed, and nothing later', async () => {
  await writeFile(file, `{"time":${image + tenYears}}`);
  expect(raiseFrom(12)).toBe(image + tenYears);
  for (const time of [image + tenYears + 1, 99_999_999_999, Number.MAX_SAFE_INTEGER]) {
    await writeFile(file, `{"time":${time}}`);
    expect(raiseFrom(12)).toBe(image);
  }
});

test('a damaged file is as good as none', async () => {
  for (const text of damaged) {
    await writeFile(file, text);
    expect(raiseFrom(12), JSON.stringify(text.slice(0, 60))).toBe(image);
  }
});

test('what is no file is as good as none', async () => {
  await mkdir(file);
  expect(raiseFrom(12)).toBe(image);
  await rm(file, { recursive: true });
  const [busybox, ...words] = await busyboxCommand();
  expect(spawnSync(busybox, [...words, 'mkfifo', file]).status).toBe(0);
  expect(raiseFrom(12)).toBe(image);
});
