// The client in QuickJS, as the device runs it: reads a repository in a directory, and prints what it found and how long
// that took. Arguments: the directory, the channel, and the machine's time.
import { fetchSignedManifest } from '../../../src/contract/signed-release.ts';
import { readPointer } from '../../../src/tuf/channel.ts';
import { refresh } from '../../../src/tuf/client.ts';
import { bucketOf, shareAt } from '../../../src/tuf/rollout.ts';
import { openQuickJsRepository, print, scriptArgs } from './quickjs-files.ts';

const [, directory, channel, now] = scriptArgs;
const { options, store } = openQuickJsRepository(directory!, Number(now));

function check() {
  const begun = Date.now();
  const client = refresh(options);
  const pointer = readPointer(client, channel!, 'amd64')!;
  const manifest = fetchSignedManifest(client, pointer.release, { os: 'lighthouse', arch: 'amd64' });
  const bucket = bucketOf('d41d8cd98f00b204e9800998ecf8427e', pointer.rollout.salt);
  return { client, pointer, manifest, bucket, milliseconds: Date.now() - begun };
}

const first = check();
const second = check();
print(
  JSON.stringify({
    root: first.client.root.version,
    version: first.pointer.release.version,
    rootHash: first.manifest.roothash,
    bucket: first.bucket,
    share: shareAt(first.pointer.rollout, Number(now)),
    stored: [...store.keys()],
    milliseconds: [first.milliseconds, second.milliseconds],
  }),
);
