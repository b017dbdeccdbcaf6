// A connection that is accepted: BusyBox's nc closes it again by a program that ends at once.
import { quote } from '../host/quote.ts';
import type { Script } from './script.ts';

export const tcp: Script<'tcp'> = ({ address }, { network }) =>
  `exec ${network}nc ${wordsOf(address).map(quote).join(' ')} -e /usr/bin/true`;

/** HOST:PORT, [IPv6]:PORT. */
function wordsOf(address: string): string[] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), address.slice(colon + 1)];
}
