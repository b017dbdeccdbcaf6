// One script for QuickJS, as scripts/bundle.mjs makes the agent.
import { build } from 'esbuild';

export async function bundleForQuickJs(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}
