// Gets .deb files by their digests: from the cache, from the mirror, or from a snapshot of the archive.

import { CatamaranError } from '../base/errors.ts';
import { download } from '../net/download.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageAccess } from '../packages/source.ts';
import type { Blob } from '../store/blob.ts';
import { baseUrl } from './mirror.ts';

/** Far above the largest in the archive; a lock's size bounds it more closely. */
const maxPackageSize = 4 * 2 ** 30;

export async function fetchPackage(wanted: LockedPackage, options: PackageAccess): Promise<Blob> {
  const what = `the package ${wanted.name} ${wanted.version}`;
  const blob = { digest: wanted.digest, size: wanted.size };
  if ((await options.cache.verifiedBlob(wanted.digest)) !== undefined) return blob;
  const { snapshotMirrors = [] } = options;
  const mirror = typeof options.mirror === 'function' ? await options.mirror() : options.mirror;
  let missing: CatamaranError | undefined;
  for (const base of [baseUrl(mirror, wanted.pocket), ...snapshotMirrors]) {
    try {
      return await download({ url: packageUrl(base, wanted), what, blob, maxSize: maxPackageSize }, options);
    } catch (thrown) {
      if (!(thrown instanceof CatamaranError) || thrown.code !== 'download-missing') throw thrown;
      missing = thrown;
    }
  }
  const also = snapshotMirrors.length > 0 ? ', nor on the snapshot mirror' : '';
  throw new CatamaranError(
    'network',
    {
      code: 'debian-package-gone',
      message: `${what} (${wanted.arch}) is not on the mirror any more${also}: ${wanted.path}`,
      hint: 'Update the lock with `catamaran lock --update`, or name a snapshot of the archive with --snapshot-mirror.',
    },
    { cause: missing },
  );
}

/** Pool paths have `+` and `~`, which stand for themselves in a path. */
function packageUrl(base: string, { path }: LockedPackage): string {
  return `${base.replace(/\/+$/, '')}/${path}`;
}
