// Where a component's definition is: `component:NAME` among those that come with catamaran, a directory where it is.
import { join } from 'node:path';
import type { ImageReference } from '../specification/reference.ts';
import type { Context } from './context.ts';

export function componentDirectory(
  reference: ImageReference & { kind: 'component' | 'directory' },
  context: Pick<Context, 'componentsRoot'>,
): string {
  return reference.kind === 'component' ? join(context.componentsRoot, reference.name) : reference.path;
}
