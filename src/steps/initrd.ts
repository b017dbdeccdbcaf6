// The initrd: microcode where the kernel's image has some, the initrd image's tree, and the kernel modules that its label asks for.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio } from '../archive/write-cpio.ts';
import type { Reporter } from '../base/reporter.ts';
import { kernelRelease } from '../component/generators/kernel-modules.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { Workshop } from '../engine/workshop.ts';
import { concatenateArchives, selectModules } from '../image/initrd.ts';
import { modulesOf } from '../oci/image.ts';
import { driversOfRoots } from '../platform/table.ts';
import { type Content, readContent } from '../tree/content.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import type { BuiltImage, OpenImage } from './image.ts';

export type KeptInitrd = KeptBlob<'initrd'>;

export const initrdKind = { name: 'initrd', module: 'steps/initrd' };

/** zstd's level. The boot loader reads every byte of it; but 15 saves 0.4 % more, for six times the work. */
const level = '-10';

export function planInitrd(
  image: Step<BuiltImage>,
  kernel: Step<BuiltImage>,
  planning: Planning,
): Step<KeptInitrd> {
  const ucode = planning.locked.spec.kernel?.ucode;
  return planning.keep({
    kind: initrdKind,
    id: 'initrd',
    inputs: { ...planning.common, ...(ucode !== undefined && { ucode }) },
    needs: [image, kernel],
    make: async (use, workshop) => {
      const opened = await use(kernel).open();
      const microcode = ucode === undefined ? undefined : fileIn(opened.tree, ucode);
      if (ucode !== undefined && !microcode)
        warnOfMicrocode(use(kernel).name, ucode, workshop.context.reporter);
      return makeInitrd(await use(image).open(), opened, { microcode, workshop });
    },
  });
}

const fileIn = (tree: ReadonlyTree, path: string): Content | undefined => {
  const node = tree.get(path);
  return node?.type === 'file' ? node.content : undefined;
};

/** One spec serves kernels of several architectures, of which only some have any. */
export function warnOfMicrocode(image: string, ucode: string, reporter: Reporter): void {
  reporter.warn(
    `${image} has no /${ucode}: the machine starts without microcode`,
    'Leave kernel.ucode out, or mend its name.',
  );
}

async function makeInitrd(
  initrd: OpenImage,
  kernel: OpenImage,
  { microcode, workshop }: { microcode: Content | undefined; workshop: Workshop },
): Promise<KeptInitrd> {
  const { cache, context } = workshop;
  const wanted = modulesOf(initrd.image);
  // Of the platforms' drivers a kernel may lack some: who goes where that matters is told (output/drivers.ts).
  const all = [...new Set([...wanted, ...(wanted.length > 0 ? driversOfRoots() : [])])];
  const modules = await selectModules(kernel.tree, kernelRelease(kernel.tree), all);
  const unknown = modules.unknown.filter((name) => wanted.includes(name));
  if (unknown.length > 0) {
    context.reporter.debug(`initrd: this kernel has no ${unknown.join(', ')}`);
  }
  const scratch = await cache.scratch();
  try {
    // As it is, and first: the kernel looks for it before it can unpack anything.
    const archives: AsyncIterable<Uint8Array>[] = microcode ? [readContent(microcode)] : [];
    for (const [name, tree] of [
      ['initrd', initrd.tree],
      ['modules', modules.tree],
    ] as const) {
      archives.push(await compress(workshop, tree, join(scratch.path, name)));
    }
    return {
      blobs: { initrd: await cache.putBlob(concatenateArchives(archives), { derived: true }) },
      facts: {},
    };
  } finally {
    await scratch.dispose();
  }
}

async function compress(
  workshop: Workshop,
  tree: ReadonlyTree,
  path: string,
): Promise<AsyncIterable<Uint8Array>> {
  const tools = await toolsOf(workshop);
  await tools.run('zstd', [level, '--quiet', '--single-thread', '-o', path], {
    stdin: writeCpio(tree, { clampMtime: workshop.locked.epoch }),
    signal: workshop.context.signal,
  });
  const { size } = await stat(path);
  return readContent({ at: 'file', path, offset: 0, size });
}
