// Before any test: dist is what the sources say, because images are built with the agent that is bundled there.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export async function setup(): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/bundle.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script]);
}
