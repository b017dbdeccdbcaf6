// Where a component's definition is: `component:NAME` among those that come with catamaran, `./dir` beside the spec.
import { dirname, join, resolve } from 'node:path';
import type { ImageReference } from '../spec/reference.ts';
import type { Spec } from '../spec/types.ts';
import type { Context } from './context.ts';

export function componentDirectory(
  reference: ImageReference & { kind: 'component' | 'directory' },
  spec: Pick<Spec, 'file'>,
  context: Pick<Context, 'componentsRoot' | 'home'>,
): string {
  if (reference.kind === 'component') return join(context.componentsRoot, reference.name);
  const path = reference.path.replace(/^~(?=\/)/, context.home);
  return resolve(dirname(spec.file), path);
}
