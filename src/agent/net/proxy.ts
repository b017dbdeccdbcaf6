// The proxy by which the agent reaches the world: what /etc/environment says, where the image, a person or user-data
// (`proxy`) have put it. Releases are signed, so a proxy can keep a machine from an update and no more. A platform's own
// service, a lock and a probe are always asked directly.
import type { Host } from '../host/host.ts';

export interface AgentProxy {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  /** Hosts, domains and networks that are asked directly, separated by commas. */
  readonly none?: string | undefined;
}

/** What no proxy can reach in a machine's place. */
const always = 'localhost,127.0.0.0/8,::1,169.254.0.0/16,fe80::/10,fd00:ec2::254';

export function readProxy(host: Host): AgentProxy | undefined {
  const text = host.readText('/etc/environment') ?? '';
  const read = (name: string): string | undefined => {
    const pattern = new RegExp(`^(?:export )?(?:${name}|${name.toUpperCase()})=["']?([^"'\\n]+)["']?$`, 'gm');
    return [...text.matchAll(pattern)].at(-1)?.[1]?.trim();
  };
  const [http, https, none] = [read('http_proxy'), read('https_proxy'), read('no_proxy')];
  return http === undefined && https === undefined ? undefined : { http, https, none };
}

/** For an address, as curl's configuration has them, before they are quoted. */
export function proxyOptions(
  url: string,
  proxy: AgentProxy | undefined,
): { proxy?: string; noproxy: string } {
  const chosen = url.startsWith('https:') ? proxy?.https : url.startsWith('http:') ? proxy?.http : undefined;
  if (chosen === undefined) return { noproxy: '*' };
  return { proxy: chosen, noproxy: [always, proxy?.none].filter(Boolean).join(',') };
}
