// Docker Engine: the daemon on the host, its client after a login, and what containers need of both. With the reboot, which takes as
// long as all the rest, by `npm run test:parts`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PartsMachine, startParts, until } from '../../support/parts.ts';
import { fixture, images } from './part.ts';

const minute = 60_000;
const everything = process.env.CATAMARAN_PARTS === 'all';
const settings = {
  hosts: ['unix:///run/docker.sock', 'tcp://127.0.0.1:2376'],
  tlsverify: true,
  tlscacert: '/etc/docker/tls/ca.pem',
  tlscert: '/etc/docker/tls/server.pem',
  tlskey: '/etc/docker/tls/server.key',
};

const files = [
  ...images,
  `{path: etc/docker/daemon.json, contents: '${JSON.stringify(settings)}'}`,
  fixture('etc/docker/tls/ca.pem', 'docker/ca.pem'),
  fixture('etc/docker/tls/server.pem', 'docker/server.pem'),
  fixture('etc/docker/tls/server.key', 'docker/server.key'),
  fixture('usr/share/client/ca.pem', 'docker/ca.pem'),
  fixture('usr/share/client/cert.pem', 'docker/client.pem'),
  fixture('usr/share/client/key.pem', 'docker/client.key'),
];

let parts: PartsMachine;
beforeAll(async () => {
  parts = await startParts({ name: 'docker', of: { example: 'docker.yml' }, files });
  await parts.run(until('docker version'));
}, 20 * minute);
afterAll(() => parts?.end());

test('the client reaches the daemon on the host, which has what containers are confined by', async () => {
  const info = await parts.run('docker info 2>&1');
  expect(info).toMatch(/Storage Driver: overlay2/);
  expect(info).toMatch(/Cgroup Version: 2/);
  expect(info).toMatch(/seccomp/);
  expect(info).toMatch(/apparmor/);
  // Looked for in the daemon's own control group, which is the machine's.
  expect(info.match(/WARNING: .*/g)).toEqual(['WARNING: No swap limit support']);
  expect(await parts.run('stat -c "%a %U %G" /run/docker.sock')).toBe('660 root docker');
});

test('an image is loaded from a file, and a container runs', async () => {
  expect(await parts.run('docker load -i /usr/share/images/busybox.tar')).toContain('busybox:1');
  expect(await parts.run('docker run --rm busybox:1 echo hello from a container')).toBe(
    'hello from a container',
  );
  expect(await parts.run('docker run --rm --init busybox:1 ps | grep -c docker-init')).toBe('1');
});

const answer = until('wget -qO- http://127.0.0.1:8080/index.html');

test('a published port leads to a container, whose memory has a limit in cgroup v2; what is bound is the host’s', async () => {
  const id = await parts.run(
    'docker run -d --name web --restart always -p 8080:80 -m 32m -v /usr/share/page:/page:ro busybox:1 httpd -f -h /page 2>/dev/null',
  );
  expect(await parts.run(answer)).toBe('served by a container');
  expect(await parts.run(`cat $(find /sys/fs/cgroup -type d -name '*${id}*')/memory.max`)).toBe('33554432');
});

test('over TCP: with a certificate in, without one out', async () => {
  const over = 'docker -H tcp://127.0.0.1:2376 --tlscacert /usr/share/client/ca.pem';
  const own = '--tlscert /usr/share/client/cert.pem --tlskey /usr/share/client/key.pem';
  expect(await parts.run(`${over} --tlsverify ${own} ps --format '{{.Names}}'`)).toBe('web');
  const refused = await parts.attempt(`${over} --tlsverify --tlscert= --tlskey= ps`);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.text).toMatch(/certificate required|bad certificate/);
});

test.each(everything ? ['Docker'] : [])(
  '%s’s images, containers and volumes outlive a reboot, and what is to run always runs again',
  async () => {
    await parts.run(
      'docker volume create kept && docker run --rm -v kept:/kept busybox:1 sh -c "echo kept >/kept/note"',
    );
    await parts.reboot();
    await parts.run(until('docker version'));
    expect(await parts.run(answer)).toBe('served by a container');
    expect(await parts.run('docker run --rm -v kept:/kept busybox:1 cat /kept/note')).toBe('kept');
    expect(await parts.run('cat /var/log/docker/current')).toMatch(/API listen on/);
  },
);
