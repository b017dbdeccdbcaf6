// Who a machine is, beside the slot state: kept where it has changed, given back where it is lost, and nothing that is torn.
import { expect, test } from 'vitest';
import { keepIdentity, restoreIdentity } from '../../../src/agent/boot/kept-identity.ts';
import { envOffsets } from '../../../src/slots/constants.ts';
import { memoryHost } from '../memory-host.ts';

const id = `${'0a'.repeat(16)}\n`;
const files = {
  '/etc/machine-id': id,
  '/var/lib/ssh/ssh_host_ed25519_key': '-----BEGIN OPENSSH PRIVATE KEY-----\nü\n',
  '/var/lib/ssh/ssh_host_ed25519_key.pub': 'ssh-ed25519 AAAA\n',
};

function open() {
  const state = new Uint8Array(1 << 20);
  const writes: number[] = [];
  const partitions = {
    read: (_: string, offset: number, size: number) => state.slice(offset, offset + size),
    write(_: string, offset: number, bytes: Uint8Array) {
      writes.push(offset);
      state.set(bytes, offset);
    },
  };
  return { state, writes, partitions };
}

test('kept once, and given back with the rights of a key', () => {
  const { state, writes, partitions } = open();
  for (let time = 0; time < 2; time++) keepIdentity({ host: memoryHost(files), partitions });
  expect(writes).toHaveLength(1);
  for (const offset of envOffsets)
    expect(state.slice(offset, offset + 1024).every((byte) => byte === 0)).toBe(true);
  const host = memoryHost({ '/etc/machine-id': '' });
  restoreIdentity({ host, partitions });
  expect(Object.fromEntries(host.files)).toEqual(files);
  expect(host.calls).toContain('chmod 0600 /var/lib/ssh/ssh_host_ed25519_key');
  expect(host.calls).toContain('chmod 0644 /etc/machine-id');
});

test('what is there stays as it is', () => {
  const { partitions } = open();
  keepIdentity({ host: memoryHost(files), partitions });
  const own = { '/etc/machine-id': 'b'.repeat(32), '/var/lib/ssh/ssh_host_ed25519_key': 'own' };
  const host = memoryHost(own);
  restoreIdentity({ host, partitions });
  expect(host.files.get('/etc/machine-id')).toBe('b'.repeat(32));
  expect(host.files.get('/var/lib/ssh/ssh_host_ed25519_key')).toBe('own');
});

test('torn anywhere, or never written, it gives nothing back', () => {
  const { state, partitions } = open();
  const restored = () => {
    const host = memoryHost();
    restoreIdentity({ host, partitions });
    return host.files.size;
  };
  expect(restored()).toBe(0);
  keepIdentity({ host: memoryHost(files), partitions });
  expect(restored()).toBe(3);
  for (let at = 16_384; at < 16_384 + 200; at++) {
    const before = state[at]!;
    state[at] = before ^ 1;
    expect([at, restored()]).toEqual([at, 0]);
    state[at] = before;
  }
});

test('no id, or keys that have no room, keep nothing', () => {
  const { writes, partitions } = open();
  keepIdentity({ host: memoryHost({ ...files, '/etc/machine-id': 'nonsense\n' }), partitions });
  const long = { '/var/lib/ssh/ssh_host_ecdsa_key': 'x'.repeat(9000) };
  keepIdentity({ host: memoryHost({ ...files, ...long }), partitions });
  expect(writes).toEqual([]);
});
