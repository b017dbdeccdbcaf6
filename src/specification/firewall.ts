// The section `firewall` of a spec: the rules of component:nftables, written as the file that it loads.
import type { Problem } from '../base/errors.ts';
import {
  type Allowance,
  firewallPath,
  interfaceHint,
  isInterface,
  isSource,
  parsePorts,
  portsHint,
  sourceHint,
  writeFirewall,
} from '../contract/firewall.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { positionFrom, problem, type SpecReading } from './reading.ts';
import type { RawAllowance, SpecDocument } from './spec.generated.ts';
import type { FileEntry, Spec } from './types.ts';

const section: JsonPointer = '/firewall';

/** To the spec's own files. */
export function addFirewall(
  reading: SpecReading,
  { firewall }: SpecDocument,
  files: readonly FileEntry[],
): readonly FileEntry[] {
  if (firewall === undefined) return files;
  const { allow = [], ping = true } = firewall;
  const text = writeFirewall({
    allow: allow.flatMap(
      (each, index) => readAllowance(reading, each, childOf(`${section}/allow`, index)) ?? [],
    ),
    ping,
  });
  const other = files.find(isInItsWay);
  if (other) {
    problem(reading, childOf(other.pointer, 'path'), {
      code: 'spec-choose-one',
      message: `${other.path} would take the place of the rules that firewall in ${positionFrom(reading, section, other.pointer)} makes`,
      hint: 'Keep one of them: firewall, or a file with rules of your own.',
    });
    return files;
  }
  const content = { kind: 'contents', text } as const;
  return [...files, { path: firewallPath, pointer: section, mode: 0o644, uid: 0, gid: 0, content }];
}

export function checkFirewallPart(reading: SpecReading, { files, init }: Pick<Spec, 'files' | 'init'>): void {
  if (!files.some(({ pointer }) => pointer === section)) return;
  if (init.some(({ image }) => image.kind !== 'component' || image.name === 'nftables')) return;
  reading.problems.add(reading.source.keyPositionOf(section), {
    code: 'spec-missing-part',
    message: 'the firewall is that of component:nftables, which is not in init: everything would come in',
    hint: 'Add component:nftables to init.',
  });
}

function readAllowance(
  reading: SpecReading,
  written: string | RawAllowance,
  at: JsonPointer,
): Allowance | undefined {
  const { ports: text, from, interface: card } = typeof written === 'string' ? { ports: written } : written;
  const place = (key: string) => (typeof written === 'string' ? at : childOf(at, key));
  const refuse = (key: string, message: string, hint: string) => {
    const diagnostic: Problem = { code: 'spec-malformed', message, hint };
    problem(reading, place(key), diagnostic);
  };
  const ports = parsePorts(text);
  if (!ports) refuse('ports', `${JSON.stringify(text)} is no port that can be let in`, portsHint);
  if (from !== undefined && !isSource(from))
    refuse('from', `${JSON.stringify(from)} is no network that something comes from`, sourceHint);
  if (card !== undefined && !isInterface(card))
    refuse('interface', `${JSON.stringify(card)} is no network interface’s name`, interfaceHint);
  return (
    ports && { ports, ...(from !== undefined && { from }), ...(card !== undefined && { interface: card }) }
  );
}

function isInItsWay({ path, content }: FileEntry): boolean {
  const isAbove = content.kind !== 'directory' && firewallPath.startsWith(`${path}/`);
  return path === firewallPath || path.startsWith(`${firewallPath}/`) || isAbove;
}
