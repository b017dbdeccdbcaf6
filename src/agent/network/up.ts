// `catamaran-agent network up`: once in each boot, before anything is fetched, and again where user-data came by a network that
// they change. Whatever fails is said, and the rest is set up; nothing waits but for the kernel.
import { messageOf } from '../../base/errors.ts';
import { Findings } from '../../contract/document/finding.ts';
import { imageNetworkPath, readNetworkFile, userNetworkPath } from '../../contract/network/document.ts';
import { readKernelNetwork } from '../../contract/network/kernel-arguments.ts';
import type { Network } from '../../contract/network.ts';
import type { Host } from '../host/host.ts';
import { type Action, actionsOf } from './commands.ts';
import { dhcpcdPath, writeDhcpcd } from './dhcpcd.ts';
import { readLinks } from './links.ts';
import { type NetworkPlan, planNetwork } from './plan.ts';
import { noteNetworkUp, stateDirectory } from './state.ts';

/** What was set up, to be undone where it changes. */
const appliedPath = `${stateDirectory}/applied.json`;
/** For the resolvconf of component:network, which joins it with what leases say. */
const dnsPath = `${stateDirectory}/dns`;

export function setUpNetwork(host: Host): void {
  // Keys are among what is kept there.
  host.run(['sh', '-c', 'mkdir -p "$1" && chmod 0700 "$1"', 'sh', stateDirectory]);
  const problems: string[] = [];
  const layers = readLayers(host, problems);
  const plan = planNetwork(layers, readLinks(host));
  for (const problem of [...problems, ...plan.problems]) host.print(`network: ${problem}`);
  const applied = JSON.stringify(plan.setups);
  if (host.readText(appliedPath) !== applied) {
    takeDown(host);
    host.writeFile(appliedPath, applied);
    for (const setup of plan.setups)
      for (const action of actionsOf(setup)) {
        const problem = perform(host, action);
        if (problem !== undefined) host.print(`network: ${setup.wanted.name}: ${problem}`);
      }
    startClient(host, plan);
  }
  writeDns(host, plan);
  noteNetworkUp(host);
}

/** The strongest first: who is at the boot loader, then user-data and platform, then the image. */
function readLayers(host: Host, problems: string[]): Network[] {
  const findings = new Findings();
  const kernel = readKernelNetwork(host.readText('/proc/cmdline') ?? '', findings);
  problems.push(...findings.all.map(({ pointer, message }) => `the kernel argument ${pointer} ${message}`));
  const files = [userNetworkPath, `/${imageNetworkPath}`].flatMap((path) => {
    const text = host.readText(path);
    if (text === undefined) return [];
    try {
      return [readNetworkFile(text, path)];
    } catch (error) {
      problems.push(messageOf(error));
      return [];
    }
  });
  return [...(kernel ? [kernel] : []), ...files];
}

/** What is wrong, or nothing. */
function perform(host: Host, action: Action): string | undefined {
  if (action.kind === 'write') {
    try {
      host.writeFile(action.path, action.text);
      return undefined;
    } catch {
      return `${action.path} does not take ${JSON.stringify(action.text.slice(0, 40))}`;
    }
  }
  const { status, output } = host.run(action.command);
  if (status === 0 || action.again?.test(output)) return undefined;
  if (status === 127) return `the image has no ${action.command[0]}`;
  return `${action.command.join(' ')}: ${output.trim().split('\n').at(-1)}`;
}

/** All that an earlier call has made; the cards stay, without addresses. */
function takeDown(host: Host): void {
  const text = host.readText(appliedPath);
  if (text === undefined) return;
  stopClient(host);
  const before = JSON.parse(text) as NetworkPlan['setups'];
  for (const { device, wanted } of [...before].reverse())
    if (wanted.kind.type === 'physical') host.run(['ip', 'addr', 'flush', 'dev', device]);
    else host.run(['ip', 'link', 'del', 'dev', device]);
}

/** In the background from the beginning: who needs an address waits for it, and nobody else. */
function startClient(host: Host, { setups }: NetworkPlan): void {
  const text = writeDhcpcd(setups);
  if (text === undefined) {
    host.removeFile(dhcpcdPath);
    return;
  }
  host.writeFile(dhcpcdPath, text);
  const { status, output } = host.run(['sh', '-c', startScript, 'sh', dhcpcdPath]);
  if (status !== 0) host.print(`network: dhcpcd does not start: ${output.trim().split('\n').at(-1)}`);
}

/** FILE. Its output must not keep the caller waiting. From stage 2 on it is a service. */
const startScript = `mkdir -p /var/lib/dhcpcd /run/dhcpcd /run/resolvconf
/usr/lib/catamaran/system-service up _network >/dev/null 2>&1 || dhcpcd -b -f "$1" </dev/null >/run/catamaran/network/client.log 2>&1`;

const stopScript = `/usr/lib/catamaran/system-service down _network >/dev/null 2>&1 || dhcpcd -f "$1" -x >/dev/null 2>&1 </dev/null`;

function stopClient(host: Host): void {
  host.run(['sh', '-c', stopScript, 'sh', dhcpcdPath]);
}

function writeDns(host: Host, { dns: { servers, search } }: NetworkPlan): void {
  const lines = [
    ...servers.map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
  ];
  host.writeFile(dnsPath, lines.map((line) => `${line}\n`).join(''));
  host.run(['resolvconf', '-u']);
}
