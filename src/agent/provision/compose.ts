// What was found, as one configuration: the first place that has user-data gives them, metadata are joined, and the user's
// word counts before the vendor's and the platform's.
import { type Finding, Findings } from '../../contract/document/finding.ts';
import type { Given } from '../../contract/metadata/metadata.ts';
import type { Interface } from '../../contract/network.ts';
import type { MachineConfig } from '../../contract/user-data/machine-config.ts';
import { configOf, emptyConfig, mergeConfigs } from '../../contract/user-data/merge-configs.ts';
import { readUserData } from '../../contract/user-data/read.ts';
import type { Fetched, Request } from '../../contract/user-data/reading.ts';
import type { Found } from './source.ts';

export interface ComposedUserData {
  readonly config: MachineConfig;
  readonly findings: readonly Finding[];
  /** Without which it is not whole. */
  readonly requests: readonly Request[];
}

export interface ChosenUserData {
  readonly found: Found;
  readonly bytes: Uint8Array;
}

export function compose(founds: readonly Found[], fetched: ReadonlyMap<string, Fetched>): ComposedUserData {
  const findings = new Findings();
  const bodies = founds.flatMap((found) => bodyOf(found, fetched));
  const [first, ...others] = bodies.filter((each) => 'bytes' in each);
  for (const { found, bytes } of others)
    if (first && !isSame(bytes, first.bytes))
      findings.error(
        { part: found.source, line: 1, pointer: '' },
        `gives other user-data, from ${found.where}: those of ${first.found.source} count`,
        'Leave user-data in one of the two.',
      );
  const user = first && readUserData(first.bytes, fetched);
  const vendorData = founds.find(({ given }) => given.vendorData)?.given.vendorData;
  // What a vendor has for a system of another kind is not this machine's fault.
  const vendor = vendorData && readUserData(vendorData, fetched);
  const metadata = configOf(joinGiven(founds));
  const config = mergeConfigs(
    mergeConfigs(metadata, vendor?.config ?? emptyConfig()),
    user?.config ?? emptyConfig(),
  );
  const pending = bodies.flatMap((each) => ('request' in each ? [each.request] : []));
  return {
    config,
    findings: [...findings.all, ...(user?.findings ?? []), ...(vendor?.findings ?? []).map(asVendors)],
    requests: [...pending, ...(user?.requests ?? []), ...(vendor?.requests ?? [])],
  };
}

/** Those that count. */
export function chooseUserData(
  founds: readonly Found[],
  fetched: ReadonlyMap<string, Fetched>,
): ChosenUserData | undefined {
  return founds.flatMap((found) => bodyOf(found, fetched)).find((each) => 'bytes' in each);
}

type Body = ChosenUserData | { readonly request: Request };

/** User-data themselves, or from the address that stands for them. */
function bodyOf(found: Found, fetched: ReadonlyMap<string, Fetched>): Body[] {
  const { userData, url } = found.given;
  if (userData) return userData.length === 0 ? [] : [{ found, bytes: userData }];
  if (url === undefined) return [];
  const body = fetched.get(url);
  if (body instanceof Uint8Array) return [{ found, bytes: body }];
  if (body) return [];
  return [{ request: { url, headers: {}, part: found.source, line: 1, pointer: '' } }];
}

function joinGiven(founds: readonly Found[]): Given {
  const first = <K extends keyof Given>(key: K) =>
    founds.find(({ given }) => given[key] !== undefined)?.given[key];
  const [hostname, network] = [first('hostname'), first('network')];
  return {
    ...(hostname !== undefined && { hostname }),
    ...(network?.interfaces.some(needsSetting) && { network }),
    sshKeys: [...new Set(founds.flatMap(({ given }) => given.sshKeys ?? []))],
  };
}

/** What every card gets without a word, by DHCP and router advertisements, is no configuration. */
function needsSetting({ kind, addresses, routes, mtu, mac }: Interface): boolean {
  return (
    kind.type !== 'physical' || addresses.length + routes.length > 0 || mtu !== undefined || mac !== undefined
  );
}

const asVendors = (finding: Finding): Finding => ({
  ...finding,
  level: finding.level === 'error' ? 'ignored' : finding.level,
  part: `vendor-data, ${finding.part}`,
});

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
