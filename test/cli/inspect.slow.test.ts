// `catamaran inspect`: what people and programs are told of a disk that is whole, damaged, or made to deceive.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sectorSize } from '../../src/gpt/geometry.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { makeDisk, offsetOf, type Patch, patch, tableWith } from '../image/support/small-disk.ts';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-inspect-'));
  await writeRaw(await makeDisk(), join(cwd, 'disk.raw'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const inspect = (image: string, ...options: string[]) => catamaran(['inspect', image, ...options], { cwd });
const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
async function damaged(...patches: Patch[]): Promise<string> {
  await patch(join(cwd, 'disk.raw'), join(cwd, 'damaged.raw'), patches);
  return 'damaged.raw';
}

test('a whole disk: what is in it, and that all of it was verified', async () => {
  const { code, stdout, stderr } = await inspect('disk.raw', '--verify');
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'verifying disk.raw\n' });
  const blanks = stdout
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-\w{12}/g, 'GUID');
  await expect(blanks).toMatchFileSnapshot('goldens/inspect-verify.txt');
});

const zeros = Buffer.alloc(sectorSize);
const archive: Patch = [offsetOf('boot-a'), zeros];
const primary: Patch = [sectorSize, zeros];

test('what is damaged fails, and has its name', async () => {
  const { code, stdout, stderr } = await inspect(await damaged(archive, primary), '--verify');
  expect(code).toBe(5);
  expect(stdout).toContain('partition table: the primary (sector 1) is damaged; this is the backup\n');
  expect(stdout).toMatch(/^ {4}boot archive {2}none, and the slot is "good"$/m);
  expect(stderr).toContain(
    'error: damaged.raw: partition table is wrong: the primary (sector 1) is damaged; this is the backup [image-damaged]\n',
  );
  expect(stderr).toContain(
    'error: damaged.raw: boot archive of slot A is wrong: none, and the slot is "good" [image-damaged]\n',
  );
});

test('the same for programs: the result, then the error', async () => {
  const { code, stdout } = await inspect(await damaged(archive, primary), '--verify', '--json');
  const [result, error] = eventsOf(stdout).slice(-2);
  expect(result).toMatchObject({
    event: 'result',
    result: {
      table: { readFrom: 'backup', faults: [expect.any(String)] },
      checks: [
        { what: 'partition table', ok: false },
        { what: 'slot state', ok: true },
      ],
      slots: [{ name: 'A', checks: [{ what: 'boot archive', ok: false }] }, { name: 'B' }],
    },
  });
  expect({ code, ...error }).toMatchObject({
    code: 5,
    event: 'error',
    exitCode: 5,
    diagnostics: [{ code: 'image-damaged' }, { code: 'image-damaged' }],
  });
});

test('without --verify a damaged disk is shown as it is', async () => {
  const { code, stdout } = await inspect(await damaged(archive, primary));
  expect(code).toBe(0);
  expect(stdout).toContain('the primary (sector 1) is damaged');
  expect(stdout).toContain('nothing that boots');
});

test('no text of a disk drives the terminal', async () => {
  const evil = '\u001b]0;owned\u0007\u009b2J\u202e\r\n';
  const segment = { name: evil, offset: 0, size: 4096, sha256: '00'.repeat(32) };
  const disk = await makeDisk({ manifest: { segments: [segment] } });
  await writeRaw(disk, join(cwd, 'evil.raw'));
  const table = tableWith({ data: { label: evil } });
  await patch(join(cwd, 'evil.raw'), join(cwd, 'evil-label.raw'), [table.primary, table.backup]);
  for (const options of [[], ['--verify'], ['--verify', '--json']]) {
    const { stdout, stderr } = await inspect('evil-label.raw', ...options);
    expect(stdout).toContain('owned');
    expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
  const { result } = eventsOf((await inspect('evil-label.raw', '--json')).stdout).at(-1);
  expect(result.slots[0].archive.manifest.segments[0].name).toBe(evil);
  expect(result.partitions[9].label).toBe(evil);
});
