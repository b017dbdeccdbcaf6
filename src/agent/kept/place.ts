// Lays a kept version over a service's own bundle, where whatever starts it looks: init, the runtime and the agent know no
// other place. Private: what is unmounted there is not to go from where it is kept.
import { bundlePath } from '../../contract/bundles.ts';
import { dropNotice, putNotice } from '../condition/notices.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { readReverted } from './records.ts';
import { readVersions, type ServiceVersion } from './versions.ts';

/** The service must not run. */
export function layVersion(host: Host, service: string, version: ServiceVersion): void {
  const own = bundlePath('services', service);
  if (isLaidOver(host, own)) runOrThrow(host, ['umount', '-l', own]);
  dropNotice(host, noticeOf(service));
  if (version.place === own) return;
  runOrThrow(host, ['mount', '-o', 'rbind', version.place, own]);
  runOrThrow(host, ['mount', '--make-rprivate', own]);
  putNotice(
    host,
    noticeOf(service),
    `${service} runs as in ${version.release}; catamaran-agent revert ${service} --undo takes it to this release's own`,
  );
}

const noticeOf = (service: string) => `reverted-${service}`;

function isLaidOver(host: Host, place: string): boolean {
  return (host.readText('/proc/self/mounts') ?? '').split('\n').some((line) => line.split(' ')[1] === place);
}

/** At boot, before init looks at the services. In a safe boot they are the release's own. */
export function layReverted(host: Host): void {
  if (host.readText('/run/catamaran/safe') !== undefined) return;
  for (const { service, left, taken } of readReverted(host)) {
    const [own, ...kept] = readVersions(host, service);
    const version = kept.find(({ sha256 }) => sha256 === taken);
    // Another release, which has something newer, or no longer has what was taken.
    if (own?.sha256 !== left || version === undefined) continue;
    layVersion(host, service, version);
    host.print(`${service} runs as in ${version.release}, as it was reverted to`);
  }
}

/** What is laid over its own bundle now, or that. */
export function runningVersion(host: Host, service: string): ServiceVersion | undefined {
  const [own, ...kept] = readVersions(host, service);
  if (!isLaidOver(host, bundlePath('services', service))) return own;
  const reverted = readReverted(host).find((each) => each.service === service);
  return kept.find(({ sha256 }) => sha256 === reverted?.taken) ?? own;
}
