// The whole environment of a tool: nothing is inherited from the host, and every configuration file that a tool would
// look for at a compiled-in path is pointed into the tools' root.
import { join } from 'node:path';

export function toolEnvironment(
  root: string,
  libraries: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: `${join(root, 'usr/bin')}:${join(root, 'usr/sbin')}`,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    GCONV_PATH: join(libraries, 'gconv'),
    MKE2FS_CONFIG: join(root, 'etc/mke2fs.conf'),
    MTOOLSRC: join(root, 'etc/mtools.conf'),
    OPENSSL_CONF: '/dev/null',
    OPENSSL_MODULES: join(libraries, 'ossl-modules'),
    QEMU_MODULE_DIR: join(libraries, 'qemu'),
    ...extra,
  };
}
