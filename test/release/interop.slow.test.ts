// Others read what we publish: python-tuf, the reference implementation, over HTTP; and QuickJS runs our client, as the
// device does. Both are Debian's, from the tools.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rotateKey } from '../../src/release/change/rotate-key.ts';
import { promote } from '../../src/release/channel/pointers.ts';
import { refreshRepository } from '../../src/release/refresh.ts';
import { createKey } from '../../src/release/signing/keyring.ts';
import { bucketOf } from '../../src/tuf/rollout.ts';
import { bundleForQuickJs } from '../support/bundle-quickjs.ts';
import { hostTools } from '../support/tools.ts';
import { keyNamed } from './support/people.ts';
import {
  day,
  now,
  openTufJs,
  openWorkplace,
  serve,
  temporaryDirectory,
  type Workplace,
} from './support/workplace.ts';

const openTools = () => hostTools(['tools-tuf']);

const python = `
import sys, json
from tuf.ngclient import Updater
url, metadata, targets, *names = sys.argv[1:]
updater = Updater(metadata_dir=metadata, metadata_base_url=url + '/metadata/', target_dir=targets,
                  target_base_url=url + '/targets/')
updater.refresh()
sizes = {}
for name in names:
    info = updater.get_targetinfo(name)
    if info is not None:
        with open(updater.download_target(info), 'rb') as file:
            sizes[name] = len(file.read())
print(json.dumps({'root': updater._trusted_set.root.version, 'sizes': sizes}))
`;

async function readByPython({ repo }: Workplace, names: readonly string[]) {
  const tools = await openTools();
  const base = await temporaryDirectory();
  const [metadata, targets] = [join(base, 'metadata'), join(base, 'targets')];
  await mkdir(metadata);
  await mkdir(targets);
  await writeFile(join(metadata, 'root.json'), await readFile(join(repo, 'metadata/1.root.json')));
  const env = {
    PYTHONHOME: tools.path('usr'),
    PYTHONPATH: tools.path('usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const words = ['-c', python, await serve(repo), metadata, targets, ...names];
  const { stdout } = await tools.run('python3', words, { env });
  return JSON.parse(stdout) as { root: number; sizes: Record<string, number> };
}

/** A repository with a history: releases, channels with thresholds, keys rotated in every kind of role. */
async function makeHistory(): Promise<Workplace> {
  const place = await openWorkplace();
  await place.add({ version: '1.0.0' });
  await place.add({ version: '1.1.0~rc1' }, { epoch: 2, minFrom: '1.0.0' });
  const curve = [
    [0, 2500],
    [1000, 10_000],
  ] as const;
  await promote({ version: '1.0.0', to: 'stable', points: [[0, 10_000]] }, await place.publisher());
  for (const [old, fresh] of [
    ['root-1', 'root-4'],
    ['online', 'online-2'],
    ['targets', 'targets-2'],
    ['stable-2', 'stable-4'],
    ['releases', 'releases-2'],
  ] as const) {
    const replacement = await createKey(place.keys, fresh);
    const publisher = await place.publisher();
    const { id } = keyNamed(publisher, old);
    await rotateKey({ old: id, replacement }, publisher);
  }
  await promote(
    { version: '1.1.0~rc1', from: undefined, to: 'stable', points: curve },
    await place.publisher(),
  );
  await refreshRepository(['alpha'], await place.publisher());
  return place;
}

test('python-tuf follows the roots, finds every target and downloads it', async () => {
  const place = await makeHistory();
  const names = [
    'lighthouse-1.0.0-amd64.root',
    'lighthouse-1.1.0~rc1-amd64.manifest.json',
    'lighthouse-1.1.0~rc1-amd64.boot',
    'channel-stable-amd64.json',
    'channel-beta-amd64.json',
  ];
  const { root, sizes } = await readByPython(place, names);
  expect(root).toBe(4);
  expect(Object.keys(sizes)).toEqual(names.slice(0, 4));
  const image = await readFile(join(place.base, 'images-1.0.0-amd64/root.img'));
  expect(sizes['lighthouse-1.0.0-amd64.root']).toBe(image.length);
});

test('python-tuf and tuf-js refuse a timestamp that has expired, and the pointer of a channel that has', async () => {
  const stale = await openWorkplace({ now: now - 20 * day });
  await expect(readByPython(stale, [])).rejects.toThrow('ExpiredMetadataError');
  const { updater } = await openTufJs(stale.repo, await serve(stale.repo));
  await expect(updater.refresh()).rejects.toThrow('timestamp.json is expired');

  // Channels last 90 days, releases and targets 180; the online roles are fresh.
  const place = await openWorkplace({ now: now - 100 * day });
  await refreshRepository([], await place.publisher());
  const names = ['channel-alpha-amd64.json'];
  await expect(readByPython(place, names)).rejects.toThrow('ExpiredMetadataError');
  expect(await readByPython(place, ['lighthouse-1.0-amd64.root'])).toEqual({ root: 1, sizes: {} });
  const other = await openTufJs(place.repo, await serve(place.repo));
  await other.updater.refresh();
  await expect(other.updater.getTargetInfo(names[0]!)).rejects.toThrow('alpha.json is expired');
  expect(await other.updater.getTargetInfo('lighthouse-1.0-amd64.root')).toBeUndefined();
});

test('our client runs in QuickJS, and comes to what it comes to in Node', async () => {
  const place = await makeHistory();
  const tools = await openTools();
  const script = join(place.base, 'client.js');
  await writeFile(
    script,
    await bundleForQuickJs(join(import.meta.dirname, '../tuf/support/quickjs-main.ts')),
  );
  const { stdout } = await tools.run('qjs', ['--std', script, place.repo, 'stable', String(now)]);
  const answer = JSON.parse(stdout);
  const manifest = JSON.parse(
    await readFile(join(place.base, 'images-1.1.0~rc1-amd64/manifest.json'), 'utf8'),
  );
  const salt = JSON.parse(await readFile(join(place.repo, 'targets', await pointerFile(place)), 'utf8'))
    .rollout.salt;
  expect(answer).toMatchObject({
    root: 4,
    version: '1.1.0~rc1',
    rootHash: manifest.roothash,
    bucket: bucketOf('d41d8cd98f00b204e9800998ecf8427e', salt),
    share: 2500,
  });
  expect([...answer.stored].sort()).toEqual(
    ['clock', 'manifest', 'pointer', 'releases', 'root', 'snapshot', 'stable', 'targets', 'timestamp'].map(
      (name) => `${name}.json`,
    ),
  );
  console.info(
    `a check in QuickJS: ${answer.milliseconds[0]} ms, when nothing is new ${answer.milliseconds[1]} ms`,
  );
});

/** The newest pointer of stable, by what the role signs. */
async function pointerFile({ repo }: Workplace): Promise<string> {
  const { openDisk } = await import('../../src/release/repository/disk.ts');
  const { readRepositoryState: readState } = await import('../../src/release/repository/state.ts');
  const { roles } = await readState(repo, openDisk(repo), now);
  const name = 'channel-stable-amd64.json';
  return `${roles.get('stable')!.parsed.targets.get(name)!.sha256}.${name}`;
}
