// What every module of the table keeps to: it says what it does once and in its pass, leaves a machine alone of which nothing
// is said, and whatever fails in it becomes an outcome.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { applyConfig, hasWork } from '../../../../src/agent/provision/apply/apply.ts';
import type { Pass } from '../../../../src/agent/provision/apply/module.ts';
import { applyModules } from '../../../../src/agent/provision/apply/table.ts';
import type { MachineConfig } from '../../../../src/contract/user-data/machine-config.ts';
import { scratchHost } from '../scratch-host.ts';
import { apply, configOf, imageFiles } from '../user-data.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} me@example.org`;
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const everything: MachineConfig = {
  ...configOf(`#cloud-config
hostname: ship
users: [{name: ada, ssh_authorized_keys: ["${key}"], plain_text_passwd: x, lock_passwd: false}]
groups: [ops]
ssh_authorized_keys: ["${key}"]
ssh_pwauth: true
write_files: [{path: /etc/motd, content: hello}, {path: /etc/far, source: {uri: "http://192.0.2.1/far"}}]
sysctl: {vm.swappiness: "10"}
modules: [br_netfilter]
mounts: [[/dev/vdb1, /var/data], ["192.0.2.1:/x", /var/far, nfs]]
swap: {size: 1M}
disk_setup: {/dev/vdb: {layout: true}}
fs_setup: [{device: /dev/vdb1, filesystem: ext4}]
timezone: Europe/Berlin
ntp: {enabled: true, servers: [192.0.2.1]}
ca_certs: {trusted: ["${certificate.replaceAll('\n', '\\n')}"]}
proxy: {http: "http://192.0.2.1:3128"}
bootcmd: ["true"]
runcmd: ["true"]
power_state: {mode: reboot}
phone_home: {url: "http://192.0.2.1/"}
final_message: done
coreos: {units: [{name: x.service}]}
rancher: {docker: {tls: true}, console: debian}
network: {ethernets: {eth0: {dhcp4: true}}}
catamaran:
  services: {web: {image: nginx, network_mode: host}}
  registries: {docker.io: {mirrors: ["http://192.0.2.1"]}}
  update: {channel: beta}
  health: {checks: [{tcp: "127.0.0.1:22"}]}
  firewall: {allow: [22/tcp]}
`),
  directories: [{ path: '/etc/d', mode: 0o755, owner: {} }],
  links: [{ path: '/etc/l', target: 'motd', hard: false, owner: {}, overwrite: false }],
  kernelArguments: { add: ['nosmt'], remove: [] },
  commands: {
    boot: [{ kind: 'shell', line: 'true' }],
    run: [
      { kind: 'shell', line: 'true' },
      { kind: 'script', bytes: new TextEncoder().encode('#!/bin/sh\n'), always: true },
    ],
  },
  certificates: {
    removeDefaults: false,
    add: [{ kind: 'remote', url: 'http://192.0.2.1/ca', headers: {}, gzip: false }],
  },
};
const withOwnCertificate = configOf(
  `#cloud-config\nca_certs: {trusted: ["${certificate.replaceAll('\n', '\\n')}"]}`,
);
const passes = ['local', 'network', 'final'] as const;
const cleanups: (() => void)[] = [];

test('names are their own, and modules of one pass stand together', () => {
  expect(new Set(applyModules.map(({ name }) => name)).size).toBe(applyModules.length);
  const inOrder = applyModules.map(({ pass }) => pass).filter((pass, at, all) => pass !== all[at - 1]);
  expect(inOrder).toEqual<Pass[]>(['local', 'network', 'final']);
});

test('a pass of whose modules none is asked has no work', () => {
  expect(passes.map((pass) => hasWork(configOf('#cloud-config\n'), pass))).toEqual([true, false, true]);
  expect(passes.map((pass) => hasWork(everything, pass))).toEqual([true, true, true]);
});

test('a machine of which nothing is said stays as it is', () => {
  const { host, outcomes } = apply(configOf('#cloud-config\n'));
  expect(outcomes).toEqual([]);
  expect(host.calls).toEqual([]);
  for (const [path, text] of Object.entries(imageFiles)) expect(host.readText(path)).toBe(text);
});

/** Names of modules that had something to say, by pass; first on a new machine, then at a later boot. */
let said: Record<Pass, Set<string>>;
let saidLater: Set<string>;

beforeAll(() => {
  const host = scratchHost(imageFiles);
  cleanups.push(host.remove);
  const run = (config: MachineConfig, pass: Pass, newInstance: boolean) =>
    applyConfig(host, config, { pass, newInstance, fetch: () => ({ problem: 'no network' }) }).map(
      (each) => each.module,
    );
  const all = (pass: Pass, newInstance: boolean) =>
    new Set([...run(everything, pass, newInstance), ...run(withOwnCertificate, pass, newInstance)]);
  said = { local: all('local', true), network: all('network', true), final: all('final', true) };
  saidLater = new Set(passes.flatMap((pass) => [...all(pass, false)]));
});
afterAll(() => {
  for (const remove of cleanups) remove();
});

describe.each(applyModules.map((module) => [module.name, module] as const))('%s', (name, module) => {
  test('has something to say of what is asked of it, in its pass alone', () => {
    expect(passes.filter((pass) => said[pass].has(name))).toEqual([module.pass]);
    expect(module.summary).toMatch(/^.{10,200}[^.]$/);
  });

  test('is done once or at each boot, as it says', () => {
    expect(saidLater.has(name)).toBe(module.when === 'boot');
  });

  test('a machine on which nothing works makes failures, each on one line', () => {
    const broken = scratchHost(imageFiles);
    onTestFinished(() => broken.remove());
    const refuse = () => {
      throw new Error('the machine\nis broken');
    };
    const host = {
      ...broken,
      run: () => ({ status: 1, output: 'broken\n' }),
      writeFile: refuse,
      makeDirectory: refuse,
      readBytes: refuse,
    };
    const occasion = { pass: module.pass, newInstance: true, fetch: () => ({ problem: 'no network' }) };
    const outcomes = [everything, withOwnCertificate]
      .flatMap((config) => applyConfig(host, config, occasion))
      .filter((each) => each.module === name);
    for (const { what } of outcomes) expect(what).not.toContain('\n');
    const harmless = ['kernel arguments', 'units', 'final message', 'power'];
    if (!harmless.includes(name)) expect(outcomes.map(({ state }) => state)).toContain('failed');
  });
});
