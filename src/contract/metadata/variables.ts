// A hypervisor's variables for its guest, as VMware has them (guestinfo.NAME): cloud-init's, Ignition's, CoreOS's and
// RancherOS's keys, in this order. The network may be given there too.
import { decodeUtf8 } from '../../base/utf8.ts';
import { decodeContent } from '../document/content.ts';
import type { Findings } from '../document/finding.ts';
import { isAddress, isInterfaceName, isMac, normalizeMac, withPrefix } from '../network/addresses.ts';
import { bareInterface } from '../network/bare.ts';
import { readGuestinfoNetwork } from '../network/guestinfo.ts';
import type { Interface, Network } from '../network.ts';
import type { Given } from './metadata.ts';
import { defined, hostnameOf, instanceIdOf, keysOf, placeOf, wordOf, yamlIn } from './values.ts';

export type Variables = ReadonlyMap<string, string>;

interface Variable {
  readonly key: string;
  /** The variable that says how it is written. */
  readonly encoding: string;
}

const userData: readonly Variable[] = [
  { key: 'guestinfo.userdata', encoding: 'guestinfo.userdata.encoding' },
  { key: 'guestinfo.ignition.config.data', encoding: 'guestinfo.ignition.config.data.encoding' },
  { key: 'guestinfo.coreos.config.data', encoding: 'guestinfo.coreos.config.data.encoding' },
  { key: 'guestinfo.cloud-init.config.data', encoding: 'guestinfo.cloud-init.data.encoding' },
];
const metadata: Variable = { key: 'guestinfo.metadata', encoding: 'guestinfo.metadata.encoding' };
const vendorData: Variable = { key: 'guestinfo.vendordata', encoding: 'guestinfo.vendordata.encoding' };
const urls = ['guestinfo.cloud-init.config.url', 'guestinfo.coreos.config.url'];
const most = 4;

/** All that is asked for; what follows from an answer is asked for by `moreVariables`. */
export const firstVariables = (): readonly string[] => [
  ...userData.flatMap(({ key, encoding }) => [key, encoding]),
  ...[metadata, vendorData].flatMap(({ key, encoding }) => [key, encoding]),
  ...urls,
  ...['hostname', 'public-keys', 'instance-id', 'interface.0.name', 'interface.0.mac', 'ovfEnv'].map(
    (name) => `guestinfo.${name}`,
  ),
];

/** RancherOS's and CoreOS's network, of which each interface has a dozen. */
export function moreVariables(variables: Variables): string[] {
  if (!variables.has('guestinfo.interface.0.name') && !variables.has('guestinfo.interface.0.mac')) return [];
  const wanted = ['dns.server.0', 'dns.server.1', 'dns.domain.0'];
  for (let at = 0; at < most; at++)
    for (const name of [
      'name',
      'mac',
      'dhcp',
      'ip.0.address',
      'ip.1.address',
      'route.0.gateway',
      'route.0.destination',
    ])
      wanted.push(`interface.${at}.${name}`);
  return wanted.map((name) => `guestinfo.${name}`).filter((name) => !variables.has(name));
}

export function readVariables(variables: Variables, findings: Findings): Given {
  const given = userData.find(({ key }) => variables.has(key));
  const metaBytes = decode(metadata, variables, findings);
  const meta = metaBytes && yamlIn(new Map([['meta-data', metaBytes]]), 'meta-data', findings);
  const metaText = metaBytes && decodeUtf8(metaBytes);
  const url = urls.map((key) => variables.get(key)).find((each) => each !== undefined);
  const keys = meta?.value('public-keys-data') ?? meta?.value('public-keys');
  return defined({
    userData: given && decode(given, variables, findings),
    vendorData: decode(vendorData, variables, findings),
    instanceId: instanceIdOf(meta?.value('instance-id') ?? variables.get('guestinfo.instance-id')),
    hostname: hostnameOf(
      meta?.value('local-hostname') ?? meta?.value('hostname') ?? variables.get('guestinfo.hostname'),
      findings,
    ),
    sshKeys: keysOf([
      ...(Array.isArray(keys) ? keys : [wordOf(keys)]),
      variables.get('guestinfo.public-keys'),
    ]),
    network:
      (metaText && meta?.node('network')
        ? readGuestinfoNetwork(metaText, 'meta-data', findings)
        : undefined) ?? networkOf(variables),
    url,
  });
}

/** Where nothing is said of it, text that is whole in base 64 is taken as such: vApp properties say nothing. */
function decode(
  { key, encoding }: Variable,
  variables: Variables,
  findings: Findings,
): Uint8Array | undefined {
  const written = variables.get(key);
  if (written === undefined || written.trim() === '' || written.trim() === '---') return undefined;
  const word = (variables.get(encoding) ?? '').toLowerCase();
  const gzip = /^(gz|gzip)/.test(word);
  const base64 = /b64|base64/.test(word) || gzip;
  const isBare = word === '' && /^[A-Za-z0-9+/\s]{4,}={0,2}\s*$/.test(written);
  const decoded = decodeContent(written, { base64: base64 || isBare, gzip });
  if (decoded instanceof Uint8Array) return decoded;
  if (isBare) return decodeContent(written, { base64: false, gzip: false }) as Uint8Array;
  findings.error(
    { ...placeOf('user-data'), pointer: key },
    decoded.problem,
    'Encode it as its encoding says.',
  );
  return undefined;
}

function networkOf(variables: Variables): Network | undefined {
  const value = (name: string) => variables.get(`guestinfo.${name}`)?.trim() ?? '';
  const servers = [value('dns.server.0'), value('dns.server.1')].filter(isAddress);
  const search = [value('dns.domain.0')].filter((each) => /^[A-Za-z0-9.-]{1,253}$/.test(each));
  const interfaces: Interface[] = [];
  for (let at = 0; at < most; at++) {
    const prefix = `interface.${at}`;
    const [name, mac] = [value(`${prefix}.name`), value(`${prefix}.mac`)];
    if (!isInterfaceName(name) && !isMac(mac)) continue;
    const addresses = [value(`${prefix}.ip.0.address`), value(`${prefix}.ip.1.address`)]
      .map((each) => withPrefix(each))
      .filter((each) => each !== undefined);
    const via = value(`${prefix}.route.0.gateway`);
    const to = value(`${prefix}.route.0.destination`) || (via.includes(':') ? '::/0' : '0.0.0.0/0');
    const destination = withPrefix(to);
    interfaces.push({
      ...bareInterface(isInterfaceName(name) ? name : `eth${at}`),
      ...(isMac(mac) && { match: { mac: normalizeMac(mac) } }),
      addresses,
      dhcp4: value(`${prefix}.dhcp`) === 'yes' || addresses.length === 0,
      routes: isAddress(via) && destination !== undefined ? [{ to: destination, via }] : [],
    });
  }
  return interfaces.length === 0 ? undefined : { interfaces, dns: { servers, search } };
}
