// The program of a thread of unpack-pool.ts: an entry point of its own for the bundler. One job at a time.
import { parentPort } from 'node:worker_threads';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { writeUnpacked } from './unpack.ts';
import type { UnpackAnswer, UnpackJob } from './unpack-pool.ts';

parentPort!.on('message', async (job: UnpackJob) => {
  parentPort!.postMessage(await answer(job));
});

async function answer({ request, path }: UnpackJob): Promise<UnpackAnswer> {
  try {
    return { blob: await writeUnpacked(request, path) };
  } catch (thrown) {
    if (!(thrown instanceof CatamaranError)) return { crash: messageOf(thrown) };
    return { fault: thrown.fault, diagnostics: thrown.diagnostics };
  }
}
