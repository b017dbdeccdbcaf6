// The bill of materials of all that an output is made of: every image of the spec, with the packages of components and
// what those say of their licences.
import type { Digest } from '../base/digest.ts';
import type { Planning } from '../engine/planning.ts';
import type { Step, Use } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import { printSbom, type SbomImage } from '../image/sbom.ts';
import { imageName, wholeName } from '../lock/image-name.ts';
import type { ImageReference } from '../specification/reference.ts';
import { type BuiltImage, planImage } from './image.ts';
import { type KeptLayout, planLayout } from './layout.ts';

type Part = { readonly reference: ImageReference } & (
  | { readonly image: Step<BuiltImage> }
  | { readonly layout: Step<KeptLayout> }
);

export const billKind = { name: 'bill', module: 'steps/bill' };

/** Its text: SPDX 2.3 in JSON. */
export function planBill(planning: Planning): Step<string> {
  const { spec, arch, epoch } = planning.locked;
  const parts = listParts(planning);
  return planning.compose({
    kind: billKind,
    id: 'bill of materials',
    inputs: { arch, epoch: String(epoch), os: [spec.os.id, spec.os.name, spec.os.version].join(' ') },
    needs: [...new Set<Step>(parts.map((part) => ('image' in part ? part.image : part.layout)))],
    make: async (use, workshop) => {
      const images = parts.map((part) => describePart(part, use, workshop));
      return printSbom({ os: spec.os, arch, created: epoch, images });
    },
  });
}

function listParts(planning: Planning): Part[] {
  const { kernel, init, volumes, onboot, onshutdown, services } = planning.locked.spec;
  const built = ({ image: reference }: { readonly image: ImageReference }): Part => ({
    reference,
    image: planImage(reference, planning),
  });
  const filled = volumes.flatMap((volume): Part[] => {
    const { image, format, platforms } = volume;
    if (!image) return [];
    if (format !== 'oci') return [built({ image })];
    return [{ reference: image, layout: planLayout(image, platforms, planning) }];
  });
  const containers = [...onboot, ...onshutdown, ...services];
  return [...(kernel ? [kernel] : []), ...init].map(built).concat(filled, containers.map(built));
}

function describePart(part: Part, use: Use, { locked }: Workshop): SbomImage {
  const name = imageName(part.reference, locked.spec.file);
  const found = locked.images.get(name);
  const packages = found?.kind === 'component' ? found.component.packages : [];
  const licences = 'image' in part ? use(part.image).licences : {};
  const digest =
    'image' in part ? use(part.image).digest : digestOfLayout(name, use(part.layout), locked.images);
  return { name, reference: part.reference, digest, packages, licences };
}

/** Of its index where its publisher made one; of its one image where it was built here. */
function digestOfLayout(name: string, layout: KeptLayout, images: Workshop['locked']['images']): Digest {
  const found = images.get(wholeName(name));
  return found?.kind === 'whole' ? found.image.digest : layout.facts.images[0]!.digest;
}
