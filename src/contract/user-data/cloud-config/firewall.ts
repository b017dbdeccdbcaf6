// `catamaran.firewall`: what the machine lets in, in place of what its image says.
import { shown } from '../../document/finding.ts';
import { either, list, mapping, type Read } from '../../document/shape/collections.ts';
import { type Form, text, truth } from '../../document/shape/scalars.ts';
import { about, changed, type Shape } from '../../document/shape/shape.ts';
import {
  type Allowance,
  type Firewall,
  interfaceHint,
  isInterface,
  isSource,
  parsePorts,
  portsHint,
  sourceHint,
} from '../../firewall.ts';

const ports = parsed(
  {
    pattern: /^\d{1,5}(-\d{1,5})?\/(tcp|udp)$/,
    rule: 'a port or a range with its protocol',
    example: '443/tcp',
  },
  parsePorts,
  portsHint,
);
const source = parsed(
  { pattern: /^[\da-fA-F:.]{2,45}(\/\d{1,3})?$/, rule: 'an address or a network', example: '10.0.0.0/8' },
  (written) => (isSource(written) ? written : undefined),
  sourceHint,
);
const card = parsed(
  { pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}\*?$/, rule: 'a network interface', example: 'eth1' },
  (written) => (isInterface(written) ? written : undefined),
  interfaceHint,
);

const allowance = mapping(
  {
    ports: about('A port or a range, with its protocol.', ports),
    from: about('Only from this address or network.', source),
    interface: about('Only by this network interface; with * at its end, by all that begin so.', card),
  },
  ['ports'],
  ['from', 'interface'],
);

const fields = {
  allow: about(
    'What is let in.',
    whole(
      either({
        scalar: changed(ports, (read): Allowance => ({ ports: read })),
        mapping: changed(allowance, ({ at: _, ...read }) => read as Allowance),
      }),
    ),
  ),
  ping: about('Whether the machine answers ping. Default: true.', truth),
} as const;

/** Without a part that is not understood it would mean something else: a machine that has lost its 22/tcp, for instance. */
export const firewallShape = changed(
  mapping(fields, [], ['allow', 'ping']),
  ({ allow = [], ping = true, at }: Read<typeof fields>) => ({
    firewall: { allow, ping } satisfies Firewall,
    at,
  }),
);

/** A text of this form that also is what it looks like. */
function parsed<T>(form: Form, parse: (written: string) => T | undefined, hint: string): Shape<T> {
  const shape = text(form);
  return {
    schema: shape.schema,
    read(node, findings) {
      const written = shape.read(node, findings);
      const value = written === undefined ? undefined : parse(written);
      if (written !== undefined && value === undefined)
        findings.error(node.at, `is ${shown(written)}: it must be ${form.rule}`, hint);
      return value;
    },
  };
}

/** All of it, or nothing. */
function whole<T>(item: Shape<T>): Shape<readonly T[]> {
  const items = list(item);
  return {
    schema: items.schema,
    read(node, findings) {
      const read = items.read(node, findings);
      return node.kind === 'list' && read?.length === node.items.length ? read : undefined;
    },
  };
}
