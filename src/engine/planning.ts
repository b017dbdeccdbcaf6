// A plan while it is being made: what the families of outputs share. Asking for a step a second time gives the first one.
import { imageName, wholeName } from '../lock/image-name.ts';
import type { LockedImage, LockedSpec } from '../lock/locked-spec.ts';
import { layoutName } from '../oci/volume-layout.ts';
import type { ImageReference } from '../specification/reference.ts';
import { keyOfTools } from '../tools/root.ts';
import { componentStep, makeStep, type Step, type Work } from './step.ts';

export interface Planning {
  /** Inputs of nearly every step. */
  readonly common: { readonly arch: string; readonly epoch: string; readonly tools: string };
  add(id: string, work: Work, inputs: Step['inputs'], needs: readonly Step[]): Step;
  /** Brings or builds an image. */
  image(reference: ImageReference): Step;
  /** Brings an image for a volume that holds its layout. */
  layout(reference: ImageReference, platforms: readonly string[]): Step;
  /** So far, each after those that it needs. */
  steps(): Step[];
}

export function beginPlan(locked: LockedSpec): Planning {
  const { spec, arch } = locked;
  const tools = keyOfTools(locked.tools);
  const common = { arch, epoch: String(locked.epoch), tools };
  const steps = new Map<string, Step>();
  const add: Planning['add'] = (id, work, inputs, needs) => {
    const step = steps.get(id) ?? makeStep(id, work, { ...inputs, program: locked.program }, needs);
    steps.set(id, step);
    return step;
  };
  const image = (reference: ImageReference): Step => {
    const name = imageName(reference, spec.file);
    const found = locked.images.get(name);
    if (!found) throw new RangeError(`${name} was not locked`);
    return addImage(found);
  };
  const layout = (reference: ImageReference, platforms: readonly string[]): Step => {
    const name = imageName(reference, spec.file);
    const found = locked.images.get(wholeName(name));
    const from = found ? undefined : image(reference);
    const called = layoutName(reference);
    const wanted = platforms.length > 0 ? platforms.join(', ') : 'all platforms';
    const source = found?.kind === 'whole' ? found.image : from!.id;
    const digest: Record<string, string> = found?.kind === 'whole' ? { digest: found.image.digest } : {};
    return add(
      `layout ${name} (${wanted})`,
      { kind: 'layout', image: source, platforms, name: called },
      { ...digest, platforms: platforms.join(' '), name: called, ...(from ? { arch } : {}) },
      from ? [from] : [],
    );
  };
  const addImage = (found: LockedImage): Step => {
    if (found.kind === 'whole') throw new RangeError(`${found.name} is no image to be unpacked`);
    if (found.kind === 'pulled') {
      const { name, image } = found;
      return add(`image ${name}`, { kind: 'pull', name, image }, { digest: image.digest }, []);
    }
    const { sources, packages } = found.component;
    const inputs: Record<string, string> = { arch, epoch: common.epoch, ...sources.inputs };
    for (const { name, version, digest } of packages) inputs[`package ${name}`] = `${version} ${digest}`;
    if (sources.definition.generate.includes('kernel-modules')) inputs.tools = tools;
    return add(componentStep(found.name), { kind: 'component', component: found.component }, inputs, []);
  };
  return { common, add, image, layout, steps: () => [...steps.values()] };
}
