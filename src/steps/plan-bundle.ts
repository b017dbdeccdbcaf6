// The step of a container's bundle, which every family of outputs has. What needs the bundle need not open the image.

import type { Planning } from '../engine/planning.ts';
import type { Step } from '../engine/step.ts';
import type { Container } from '../specification/types.ts';

/** `contents`: of the spec, by describeContents. */
export function planBundle(
  container: Container,
  path: string,
  contents: Step['inputs'],
  { add, image }: Planning,
): Step {
  const place = path.slice('/containers/'.length);
  const from = image(container.image);
  const inputs = { container: contents[place] ?? '', names: contents.names ?? '' };
  return add(`bundle ${place}`, { kind: 'bundle', container, path, image: from.id }, inputs, [from]);
}
