// Decompression in threads of its own: xz keeps a processor busy for seconds, while downloads want to go on. The
// threads' program is unpack-worker.ts; who opens a pool says where its bundled file is. Without a pool everything is
// done in the caller's thread, with the same result.
import { Worker } from 'node:worker_threads';
import { CatamaranError, type Diagnostic, type Fault } from '../base/errors.ts';
import type { Blob } from '../store/blob.ts';
import type { Unpack, UnpackRequest } from './unpack.ts';

export interface UnpackJob {
  readonly request: UnpackRequest;
  readonly path: string;
}

/** What a thread answers to a job. Errors cross as data: a class does not survive the way. */
export type UnpackAnswer =
  | { readonly blob: Blob }
  | { readonly fault: Fault; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] }
  | { readonly crash: string };

export interface UnpackPool {
  readonly unpack: Unpack;
  /** Ends the threads; what they are doing is given up. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: UnpackJob;
  resolve(blob: Blob): void;
  reject(thrown: unknown): void;
}

/** Threads are begun when there is work for them, and do not keep the process alive. */
export function openUnpackPool(program: URL, threads: number): UnpackPool {
  const queue: Waiting[] = [];
  const idle: Worker[] = [];
  const all = new Set<Worker>();

  function next(): void {
    if (queue.length === 0) return;
    const worker = idle.pop() ?? (all.size < threads ? begin() : undefined);
    if (worker !== undefined) give(worker, queue.shift()!);
  }

  function begin(): Worker {
    const worker = new Worker(program);
    all.add(worker);
    worker.once('exit', () => all.delete(worker));
    return worker;
  }

  function give(worker: Worker, { job, resolve, reject }: Waiting): void {
    const lost = (thrown: unknown) => {
      all.delete(worker);
      reject(
        thrown instanceof Error ? thrown : new Error(`a thread that unpacks has ended with code ${thrown}`),
      );
      next();
    };
    worker.ref();
    worker.once('error', lost).once('exit', lost);
    worker.once('message', (answer: UnpackAnswer) => {
      worker.off('error', lost).off('exit', lost).unref();
      idle.push(worker);
      if ('blob' in answer) resolve(answer.blob);
      else if ('crash' in answer) reject(new Error(answer.crash));
      else reject(new CatamaranError(answer.fault, answer.diagnostics));
      next();
    });
    worker.postMessage(job);
  }

  return {
    unpack: (request, path) =>
      new Promise((resolve, reject) => {
        queue.push({ job: { request, path }, resolve, reject });
        next();
      }),
    async close() {
      const closed = new Error('the pool of threads that unpack was closed');
      for (const { reject } of queue.splice(0)) reject(closed);
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}
