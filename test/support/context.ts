// The context that rooms below cli work in, for tests that build in this very process.
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { silentReporter } from '../../src/base/reporter.ts';
import { readCodeDigests } from '../../src/cli/context.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import type { Context } from '../../src/lock/context.ts';
import { openRegistryClient } from '../../src/oci/registry.ts';
import { testCache } from './tools.ts';

export async function testContext(): Promise<Context> {
  return {
    cache: await testCache(),
    reporter: silentReporter,
    signal: new AbortController().signal,
    mirror: () => findMirror({ environment: process.env }),
    registries: async () => openRegistryClient({ reporter: silentReporter, offline: false }),
    snapshotMirrors: [],
    program: await readCodeDigests(),
    offline: false,
    now: Math.floor(Date.now() / 1000),
    componentsRoot: fileURLToPath(new URL('../../components', import.meta.url)),
    toolsRoot: fileURLToPath(new URL('../../tools', import.meta.url)),
    home: homedir(),
    jobs: 2,
  };
}
