// Finds the package's own directory, from src as from dist: it holds components/ and tools/, whichever of both runs.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  let directory = start;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${start}`);
    directory = parent;
  }
  return directory;
}

/** The directory of the components that `component:NAME` means. */
export function componentsRoot(): string {
  return join(packageRoot(), 'components');
}

/** The directory of the components of the host's tools. */
export function toolsRoot(): string {
  return join(packageRoot(), 'tools');
}
