// An image to its segment: its file system; of a kernel image only the modules, at the segment's root; the layout of one
// that a volume holds.
import { fillPlaces } from '../container/places.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step, Use } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { Workshop } from '../engine/workshop.ts';
import { makeSegment } from '../image/segment.ts';
import type { ReadonlyTree, Tree } from '../tree/tree.ts';
import type { BuiltImage } from './image.ts';
import { type KeptLayout, openLayout } from './layout.ts';
import { segmentLevel } from './levels.ts';

export type KeptSegment = KeptBlob<'segment'>;

export const segmentKind = { name: 'segment', module: 'steps/segment' };

const modulesPath = 'usr/lib/modules';

/** Of a container: with the places for its mounts, which nobody can make there if it is read-only. */
export const planSegment = (image: Step<BuiltImage>, planning: Planning): Step<KeptSegment> =>
  plan(image, 'all', planning, async (use) => fillPlaces((await use(image).open()).tree, 'none'));

export const planVolumeSegment = (image: Step<BuiltImage>, planning: Planning): Step<KeptSegment> =>
  plan(image, 'volume', planning, async (use) => (await use(image).open()).tree);

export const planModules = (kernel: Step<BuiltImage>, planning: Planning): Step<KeptSegment> =>
  plan(kernel, 'modules', planning, async (use) => subtree((await use(kernel).open()).tree, modulesPath));

export const planLayoutSegment = (layout: Step<KeptLayout>, planning: Planning): Step<KeptSegment> =>
  plan(layout, 'layout', planning, (use, { cache }) => openLayout(use(layout), cache));

function plan(
  from: Step,
  part: 'all' | 'volume' | 'modules' | 'layout',
  planning: Planning,
  treeOf: (use: Use, workshop: Workshop) => Promise<ReadonlyTree>,
): Step<KeptSegment> {
  const name = from.id.replace(/^opened /, '');
  return planning.keep({
    kind: segmentKind,
    id: `segment ${name}${part === 'modules' || part === 'volume' ? ` ${part}` : ''}`,
    inputs: { ...planning.common, part, level: String(segmentLevel) },
    needs: [from],
    async make(use, workshop) {
      const { cache, context, locked } = workshop;
      const segment = await makeSegment(cache, await toolsOf(workshop), await treeOf(use, workshop), {
        epoch: locked.epoch,
        level: segmentLevel,
        processors: context.jobs,
        signal: context.signal,
      });
      return { blobs: { segment }, facts: {} };
    },
  });
}

function subtree(tree: ReadonlyTree, root: string): Tree {
  const found: Tree = new Map();
  for (const [path, node] of tree) {
    if (path === root) found.set('', node);
    else if (path.startsWith(`${root}/`)) found.set(path.slice(root.length + 1), node);
  }
  return found;
}
