// Addresses as they are written: checked, and joined with their prefix.

/** Dotted decimals, none above 255. */
export function isIpv4(text: string): boolean {
  return /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text);
}

/** RFC 4291, section 2.2. */
export function isIpv6(text: string): boolean {
  if (!/^[\da-f:]+(\.[\d.]+)?$/i.test(text) || text.length > 45) return false;
  const tail = /:(\d+\.[\d.]+)$/.exec(text)?.[1];
  if (tail !== undefined && !isIpv4(tail)) return false;
  const halves = (tail === undefined ? text : text.replace(tail, '0:0')).split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (!groups.flat().every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  const count = groups.flat().length;
  return halves.length === 2 ? count < 8 : count === 8;
}

export function isAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** `192.0.2.7/24`, `2001:db8::7/64`. */
export function isCidr(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1);
}

/** `255.255.255.0` → 24; undefined where its ones have gaps. */
export function prefixOf(netmask: string): number | undefined {
  if (/^\d{1,3}$/.test(netmask)) return Number(netmask) <= 128 ? Number(netmask) : undefined;
  if (isIpv6(netmask)) {
    const digits = netmask
      .split('::')[0]!
      .split(':')
      .filter(Boolean)
      .map((group) => group.padStart(4, '0'))
      .join('');
    const bits = [...digits].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
    return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
  }
  if (!isIpv4(netmask)) return undefined;
  const bits = netmask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}

/** With its prefix, wherever that is written; undefined where it is no address. */
export function withPrefix(address: string, netmask?: string): string | undefined {
  if (address.includes('/')) return isCidr(address) ? address : undefined;
  if (!isAddress(address)) return undefined;
  const prefix = netmask === undefined || netmask === '' ? (isIpv4(address) ? 32 : 128) : prefixOf(netmask);
  const joined = `${address}/${prefix}`;
  return prefix !== undefined && isCidr(joined) ? joined : undefined;
}

export const isMac = (text: string): boolean => /^[\da-f]{2}([:-][\da-f]{2}){5}$/i.test(text);
export const normalizeMac = (text: string): string => text.toLowerCase().replaceAll('-', ':');
/** As the kernel has it: at most 15 bytes. */
export const isInterfaceName = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(text);
