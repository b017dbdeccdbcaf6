// What maintainer scripts would have done, in a few words each; housekeeping is not told.
import { expect, test } from 'vitest';
import { deedsLeft, listDeeds } from '../../../src/component/scripts/deeds.ts';

const postinst = `#!/bin/sh
set -e
. /usr/share/debconf/confmodule
case "$1" in
  configure)
    if ! getent passwd etcd >/dev/null 2>&1; then
      adduser --system --group --home /var/lib/etcd etcd >/dev/null
    fi
    mkdir -p -m 700 /var/lib/etcd
    chown -R "$USER" "$DIR"
    mv /etc/x.dpkg-new /etc/x
    update-alternatives --install /usr/bin/x x /usr/bin/y 10
    deb-systemd-helper enable etcd.service
    db_stop
    ;;
esac
`;
const packages = [
  { package: 'etcd-server', scripts: { preinst: '#!/bin/sh\nmkdir /srv/one\n', postinst }, triggers: '' },
  { package: 'libc6', scripts: { preinst: '', postinst: '#!/bin/sh\n/sbin/ldconfig\n' }, triggers: '' },
];

test('one line for each package and thing', () => {
  expect(listDeeds(packages)).toEqual([
    { package: 'etcd-server', what: 'makes a directory: mkdir /srv/one' },
    { package: 'etcd-server', what: 'makes a user: adduser --system --group --home /var/lib/etcd etcd' },
    { package: 'etcd-server', what: 'makes alternatives', generator: 'alternatives' },
    { package: 'libc6', what: 'makes the loader’s cache', generator: 'ldconfig' },
  ]);
});

test('without what the component’s generators do', () => {
  const left = deedsLeft(listDeeds(packages), ['alternatives', 'ldconfig']);
  expect(left.map(({ what }) => what.split(':')[0])).toEqual(['makes a directory', 'makes a user']);
});
