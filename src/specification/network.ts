// The section `network` of a spec: what the image sets up where nobody says otherwise. In the forms and by the reader of
// user-data, whose findings become ours.
import { type Finding, Findings } from '../contract/document/finding.ts';
import { readJson } from '../contract/document/yaml.ts';
import { readNetwork } from '../contract/network/read.ts';
import type { Network } from '../contract/network.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { problem, type SpecReading, warn } from './reading.ts';
import type { ImageReference } from './reference.ts';
import type { SpecDocument } from './spec.generated.ts';
import type { Spec } from './types.ts';

export function readNetworkSection(reading: SpecReading, { network }: SpecDocument): Network | undefined {
  if (network === undefined) return undefined;
  const findings = new Findings();
  const node = readJson(JSON.stringify(network), { part: 'network', line: 1, pointer: '' }, findings);
  const read = node && readNetwork(node, findings);
  for (const finding of findings.all) report(reading, finding);
  return read;
}

/** Nothing else sets it up, and nobody beside it. */
export function checkNetworkPart(
  reading: SpecReading,
  { network, init, services }: Pick<Spec, 'network' | 'init' | 'services'>,
): void {
  const isComponent = (image: ImageReference, name: string) =>
    image.kind === 'component' && image.name === name;
  const client = services.find(({ image }) => isComponent(image, 'dhcp'));
  if (client && init.some(({ image }) => isComponent(image, 'network')))
    problem(reading, client.pointer, {
      code: 'spec-choose-one',
      message: 'component:dhcp would set up the network beside component:network',
      hint: 'Remove component:dhcp: component:network asks for addresses too.',
    });
  if (network === undefined) return;
  if (init.some(({ image }) => image.kind !== 'component' || image.name === 'network')) return;
  problem(reading, '/network', {
    code: 'spec-missing-part',
    message: 'the network is set up by component:network, which is not in init',
    hint: 'Add component:network to init, in place of component:dhcp.',
  });
}

function report(reading: SpecReading, { level, message, hint, pointer }: Finding): void {
  const at = pointerOf(pointer);
  const diagnostic = { message: `${pointer || 'network'} ${message}`, ...(hint !== undefined && { hint }) };
  if (level === 'error') problem(reading, at, { code: 'spec-malformed', ...diagnostic });
  else warn(reading, at, { code: 'spec-no-effect', ...diagnostic });
}

/** `ethernets["a b"].routes[0]` as a JSON pointer. */
function pointerOf(written: string): JsonPointer {
  const steps = written.matchAll(/\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|([\w-]+)/g);
  let pointer: JsonPointer = '/network';
  for (const [, quoted, index, name] of steps)
    pointer = childOf(pointer, quoted !== undefined ? String(JSON.parse(quoted)) : (index ?? name!));
  return pointer;
}
