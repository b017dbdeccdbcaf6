// RancherOS: what its people look for is in rancher.test.ts; here it has its cloud-config, is updated and falls back, as the
// others do.
import { expect } from 'vitest';
import { type Style, until } from './style.ts';

export const rancher: Style = {
  name: 'rancher-style',
  firmware: 'uefi',
  channels: ['stable'],
  start: async ({ key }) => ({
    memory: 2 ** 31,
    firmwareConfig: {
      'opt/org.catamaran/config': `#cloud-config\nhostname: bull\nrancher: {console: small, docker: {tls: true}}\nssh_authorized_keys: ['${key.publicKey.trim()}']\n`,
    },
  }),
  spec: () =>
    [
      '  - {path: usr/share/catamaran/preload/system-docker/busybox.tar, source: busybox.tar}',
      '  - {path: etc/catamaran/system.d/10-given.conf, contents: "console.small: \\"busybox:1\\"\\n"}',
    ].join('\n'),
  shows: {
    'cloud-config’s rancher: the console that it names, and Docker on 2376 by a certificate for the machine’s address':
      async ({ run }) => {
        await run(until('test -e /run/catamaran/applied'));
        expect(await run('cat /run/catamaran/console')).toBe('small');
        expect(await run("system-docker exec console sh -c 'echo in busybox'")).toBe('in busybox');
        await run('ros tls gen -d /var/client');
        const client =
          '--tlsverify --tlscacert /var/client/ca.pem --tlscert /var/client/cert.pem --tlskey /var/client/key.pem';
        const version = `docker -H tcp://10.0.2.15:2376 ${client} version -f "{{.Server.Version}}"`;
        expect(await run(until(version))).toMatch(/^\d+\./);
      },
  },
};
