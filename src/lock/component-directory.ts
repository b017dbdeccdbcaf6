// Where a component's definition is: `component:NAME` among those that come with catamaran, a directory where it is.
import { join } from 'node:path';
import type { ImageReference } from '../specification/reference.ts';
import type { Context } from './context.ts';

/** These are run by the host and never part of an image: no spec may name them, and nobody is shown them. */
const isHostTool = (name: string): boolean => name === 'tools' || name.startsWith('tools-');

export function componentDirectory(
  reference: ImageReference & { kind: 'component' | 'directory' },
  { componentsRoot, toolsRoot }: Pick<Context, 'componentsRoot' | 'toolsRoot'>,
): string {
  if (reference.kind === 'directory') return reference.path;
  return join(isHostTool(reference.name) ? toolsRoot : componentsRoot, reference.name);
}
