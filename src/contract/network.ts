// A machine's network, once: what a spec, user-data, a platform's metadata and kernel arguments are all translated to,
// and what the machine sets up. Pure data; addresses are texts that src/contract/network/addresses.ts has checked.

export interface Network {
  readonly interfaces: readonly Interface[];
  /** Servers and search domains that belong to no interface. */
  readonly dns: Dns;
}

export interface Interface {
  /** What the others name it by; the name that it gets, where it is made. */
  readonly name: string;
  readonly kind: InterfaceKind;
  /** Which of the machine's own interfaces is meant; one with its name where nothing is said. */
  readonly match?: Match;
  /** Dynamic addresses by DHCP. */
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** Whether router advertisements are heard; absent: as the kernel does. */
  readonly slaac?: boolean;
  /** With their prefix: `192.0.2.7/24`. */
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
  readonly dns: Dns;
  /** In bytes. */
  readonly mtu?: number;
  /** Given to it in place of its own. */
  readonly mac?: string;
  /** A boot does not wait for it. */
  readonly optional: boolean;
}

export type InterfaceKind =
  | { readonly type: 'physical' }
  | { readonly type: 'vlan'; readonly id: number; readonly link: string }
  | {
      readonly type: 'bond';
      readonly members: readonly string[];
      readonly mode: string;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly type: 'bridge'; readonly members: readonly string[]; readonly stp: boolean }
  | {
      readonly type: 'wireguard';
      readonly privateKey: string;
      readonly port?: number;
      readonly peers: readonly Peer[];
    };

/** All that is said must hold. */
export interface Match {
  /** May have `*` and `?`. */
  readonly name?: string;
  /** Lower case, with colons. */
  readonly mac?: string;
  readonly driver?: string;
}

export interface Route {
  /** With its prefix; `0.0.0.0/0` and `::/0` are the default routes. */
  readonly to: string;
  /** Absent: on the link. */
  readonly via?: string;
  readonly metric?: number;
}

export interface Dns {
  readonly servers: readonly string[];
  readonly search: readonly string[];
}

export interface Peer {
  readonly publicKey: string;
  readonly presharedKey?: string;
  /** HOST:PORT. */
  readonly endpoint?: string;
  readonly allowed: readonly string[];
  /** In seconds. */
  readonly keepalive?: number;
}
