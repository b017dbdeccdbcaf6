// What needs systemd as PID 1.
import { expect } from 'vitest';
import { until } from '../../support/parts.ts';
import { due, images, type Part, unpackRoot } from './part.ts';

const container = [
  '[Container]',
  'Image=docker.io/library/busybox:1',
  'Pull=never',
  'Exec=httpd -f -h /page',
  'PublishPort=8091:80',
  'Volume=/usr/share/page:/page:ro',
];

export const underSystemd: readonly Part[] = [
  {
    name: 'quadlet',
    long: true,
    init: ['podman'],
    files: [
      ...images,
      `{path: etc/containers/systemd/web.container, mode: "0644", contents: "${container.join('\\n')}\\n"}`,
    ],
    async show({ run }) {
      await run('podman load -i /usr/share/images/busybox.tar');
      await run('systemctl start web.service');
      expect(await run(until('wget -qO- http://127.0.0.1:8091/index.html'))).toBe('served by a container');
      expect(await run('podman ps --format {{.Names}}')).toBe('systemd-web');
      await run('systemctl stop web.service');
      expect(await run('podman ps -aq')).toBe('');
    },
  },
  {
    name: 'schedule',
    long: true,
    init: ['cron'],
    services: [due],
    async show({ run }) {
      expect(await run(until('catamaran-agent logs due | grep "is due"'))).toContain('is due');
    },
  },
  {
    name: 'machined',
    long: true,
    files: images,
    async show({ run }) {
      await run(unpackRoot('/var/tmp/one'));
      const system = [
        'mkdir -p etc sbin usr && ln -s /bin/busybox sbin/init && echo ID=one >etc/os-release',
        'echo ::respawn:/bin/sleep 1000000 >etc/inittab && tar -cf ../one.tar .',
      ];
      await run(`cd /var/tmp/one && ${system.join(' && ')}`);
      await run('machinectl import-tar /var/tmp/one.tar one');
      expect(await run('machinectl image-status one')).toContain('/var/lib/machines/one');
      await run('machinectl start one');
      expect(await run('machinectl list --no-legend')).toMatch(/^one\s+container\s+systemd-nspawn/);
      expect(await run('nsenter -u -t $(machinectl show one -p Leader --value) hostname')).toBe('one');
      expect(await run('machinectl show one -p State --value')).toBe('running');
      await run('machinectl terminate one');
    },
  },
];
