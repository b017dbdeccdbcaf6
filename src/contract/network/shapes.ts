// Shapes that the forms of a network share, and what an interface is before anything is said of it.

import { type Form, text } from '../document/shape/scalars.ts';
import type { Shape } from '../document/shape/shape.ts';
import { changed } from '../document/shape/shape.ts';
import { isAddress, isCidr, isInterfaceName, isMac, normalizeMac } from './addresses.ts';

/** A text that a function knows. */
function known(is: (text: string) => boolean, rule: string, example: string): Shape<string> {
  const any = text();
  return {
    schema: { type: 'string', examples: [example] },
    read(node, findings) {
      const value = any.read(node, findings);
      if (value === undefined || (value.length <= 100 && is(value))) return value;
      findings.error(
        node.at,
        `is ${JSON.stringify(value.slice(0, 60))}: it must be ${rule}`,
        `For example: ${example}`,
      );
      return undefined;
    },
  };
}

export const address = known(isAddress, 'an address', '192.0.2.1');
export const cidr = known(isCidr, 'an address with its prefix', '192.0.2.7/24');
/** An address, with or without a prefix. */
export const addressOrCidr = known(
  (each) => isAddress(each) || isCidr(each),
  'an address, perhaps with its prefix',
  '192.0.2.7/24',
);
export const mac = changed(known(isMac, 'a hardware address', '52:54:00:12:34:56'), normalizeMac);
export const interfaceName = known(isInterfaceName, 'the name of an interface', 'eth0');
export const pattern: Form = {
  pattern: /^[A-Za-z0-9_.*?[\]-]{1,32}$/,
  rule: 'the name of an interface, perhaps with "*"',
  example: 'en*',
};
export const domain: Form = {
  pattern: /^~?[A-Za-z0-9_.-]{1,253}$/,
  rule: 'a domain',
  example: 'example.org',
};
