// Of component:updater, for a machine in a directory. Not beside it: the updater as a process of its own is given them.
import { hostTools } from '../../../support/tools.ts';
import type { SandboxPrograms } from './sandbox-host.ts';

export async function sandboxPrograms(): Promise<Required<SandboxPrograms>> {
  const tools = await hostTools(['tools-update']);
  const [curl, signify] = await Promise.all([
    tools.command('curl', []),
    tools.command('signify-openbsd', []),
  ]);
  return { curl, signify };
}
