// All sections of a cloud-config. Its shape, and with it the schema, is made from them.

import type { Findings } from '../../document/finding.ts';
import type { Node } from '../../document/node.ts';
import { mapping, type Read, type ShapeFields } from '../../document/shape/collections.ts';
import { about } from '../../document/shape/shape.ts';
import type { Draft } from '../draft.ts';
import { catamaran } from './catamaran.ts';
import { commands } from './commands.ts';
import { coreos } from './coreos.ts';
import { files } from './files.ts';
import { identity } from './identity.ts';
import { kernel } from './kernel.ts';
import { network } from './network.ts';
import { others } from './others.ts';
import { rancher } from './rancher.ts';
import type { CloudConfigSection } from './section.ts';
import { storage } from './storage.ts';
import { time } from './time.ts';
import { trust } from './trust.ts';
import { users } from './users.ts';

const sections = [
  identity,
  users,
  files,
  kernel,
  storage,
  time,
  trust,
  network,
  commands,
  coreos,
  rancher,
  catamaran,
  others,
] as readonly unknown[] as readonly CloudConfigSection<ShapeFields>[];

export const cloudConfigShape = about(
  'User-data of a machine, in the form #cloud-config.',
  mapping(Object.assign({}, ...sections.map(({ fields }) => fields)) as ShapeFields),
);

export function applyCloudConfig(node: Node, draft: Draft, findings: Findings): void {
  const values = cloudConfigShape.read(node, findings) as Read<ShapeFields> | undefined;
  if (values) for (const { apply } of sections) apply(values, draft, findings);
}
