// Opens a set of host tools: locked packages in, programs that run out. Needs no tool itself: a fresh machine starts here.
import { join } from 'node:path';
import { createLauncher } from './command.ts';
import { keyOfTools, prepareRoot, type RootRequest } from './root.ts';
import { runCommand } from './run.ts';
import type { Tools } from './tools.ts';

/** Unpacks them where the cache does not hold them yet. */
export async function openTools(request: RootRequest): Promise<Tools> {
  const root = await prepareRoot(request);
  const launcher = await createLauncher(root);
  return {
    key: keyOfTools(request.packages),
    root,
    path: (file) => join(root, file),
    has: async (name) => (await launcher.find(name)) !== undefined,
    command: launcher.command,
    async run(name, args, options) {
      const command = await launcher.command(
        name,
        args,
        options?.env === undefined ? {} : { env: options.env },
      );
      return runCommand(name, command, options, request.reporter);
    },
  };
}
