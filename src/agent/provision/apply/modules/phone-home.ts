// phone_home: tells an address that the machine is there, as a form of HTML, as cloud-init does.

import type { Host } from '../../../host/host.ts';
import { readProxy } from '../../../net/proxy.ts';
import { request } from '../../../net/request.ts';
import { isFinal, rest } from '../../../net/retry.ts';
import type { ApplyWork, Module } from '../module.ts';

const patience = 10;
const mostTries = 10;
const keys = ['rsa', 'ecdsa', 'ed25519', 'dsa'];

export const phoneHome: Module = {
  name: 'phone home',
  summary: '`phone_home`: a POST of host name, instance and host keys',
  pass: 'final',
  when: 'instance',
  apply({ host, config, report }) {
    const { phoneHome } = config;
    if (!phoneHome) return;
    const { url, post, tries } = phoneHome;
    const facts = factsOf(host, config);
    const wanted = Object.entries(facts).filter(([name]) => post === 'all' || post.includes(name));
    const text = wanted.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    const body = { type: 'application/x-www-form-urlencoded', text };
    for (let failures = 1; ; failures++) {
      const answer = request(host, { url, maxSize: 1 << 20, body }, { patience, proxy: readProxy(host) });
      if (answer.body) {
        report.applied(`${url} was told`);
        return;
      }
      if (isFinal(answer.status) || failures >= Math.min(tries, mostTries)) {
        report.failed(`${url} was not told: ${answer.message}`);
        return;
      }
      rest(host, 1, Math.min(failures, 4));
    }
  },
};

function factsOf(host: Host, { hostname, fqdn }: ApplyWork['config']): Record<string, string> {
  const name = hostname ?? (host.readText('/proc/sys/kernel/hostname') ?? '').trim();
  const found = keys.flatMap((type) => {
    const key = host.readText(`/var/lib/ssh/ssh_host_${type}_key.pub`);
    return key === undefined ? [] : [[`pub_key_${type}`, key.trim()]];
  });
  const instance = host.readText('/run/catamaran/instance-id') ?? host.readText('/etc/machine-id') ?? '';
  return { ...Object.fromEntries(found), instance_id: instance.trim(), hostname: name, fqdn: fqdn ?? name };
}
