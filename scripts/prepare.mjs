// npm's `prepare`, after `npm ci`: bundles. Where esbuild is not there, as when npx looks at a clone that is not set up, it
// does nothing, because a failure here would leave npx's cache broken for good; the command then says what is missing.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (existsSync(new URL('../node_modules/esbuild', import.meta.url))) {
  const { bundle } = await import('./bundle.mjs');
  await bundle(fileURLToPath(new URL('../dist', import.meta.url)));
}
