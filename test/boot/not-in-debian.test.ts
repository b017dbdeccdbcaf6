// examples/cluster.yml and node.yml, whose images cannot be had here: with a program in each that says its name, from a registry of
// the test's own under the names that the examples have. docs/not-in-debian.md says what that shows. One by turns; both by
// `npm run test:examples`.
import { expect, onTestFinished, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { openRegistryClient } from '../../src/oci/registry.ts';
import { startRealRegistry } from '../oci/support/real-registry.ts';
import { byTurns } from '../support/by-turns.ts';
import { testContext } from '../support/context.ts';
import { startExample } from '../support/example.ts';
import { until } from '../support/parts.ts';
import { standInSays, writeStandIn } from '../support/stand-in.ts';

const minute = 60_000;

/** The program's path in each image. */
const examples = {
  cluster: {
    'hashicorp/consul:1.20': 'usr/bin/consul',
    'gliderlabs/registrator:v7': 'bin/registrator',
    'library/traefik:v3.3': 'usr/bin/traefik',
    'flannel/flannel:v0.26.7': 'opt/bin/flanneld',
  },
  node: {
    'node/crio:1.32': 'usr/bin/crio',
    'node/kubelet:1.32': 'usr/bin/kubelet',
    'node/kata:3.12': 'usr/bin/containerd-shim-kata-v2',
    'node/rkt:1.30': 'usr/bin/rkt',
  },
};

async function startFromRegistry(example: keyof typeof examples) {
  const host = await startRealRegistry();
  const { cache, ...rest } = await testContext();
  const mirrors = { 'docker.io': [host], 'registry.example.org': [host] };
  const registries = openRegistryClient({ reporter: silentReporter, offline: false, mirrors });
  onTestFinished(() => registries.close());
  for (const [name, path] of Object.entries(examples[example])) {
    const image = await writeStandIn(cache, nameOf(path), path);
    await pushImages([image], parseRegistryReference(`${host}/${name}`), { ...rest, cache, registries });
  }
  return startExample(example, { registries: async () => registries });
}

const nameOf = (path: string) => path.split('/').at(-1)!;

const shows = {
  'Consul, Registrator, Traefik and flannel are services, in their order': async () => {
    const { run, services } = await startFromRegistry('cluster');
    for (const [name, program] of Object.entries({
      flannel: 'flanneld',
      registrator: 'registrator',
      traefik: 'traefik',
    })) {
      const log = `catamaran-agent logs ${name}`;
      expect(await run(until(`${log} | grep stand-in`))).toContain(standInSays(program));
    }
    const states = (await services()).map(({ name, state, restarts }) => [name, state, restarts]);
    for (const name of Object.keys(examples.cluster)) {
      const service = name.replace(/^.*\/|:.*$/g, '');
      expect(states).toContainEqual([service, 'running', 0]);
    }
  },

  'CRI-O and the kubelet are daemons of the host, Kata and rkt programs of it': async () => {
    const { run } = await startFromRegistry('node');
    for (const name of ['crio', 'kubelet']) {
      expect(await run(until(`catamaran-agent logs ${name} | grep stand-in`))).toContain(standInSays(name));
      expect(await run(`sv status /run/service/${name}`)).toMatch(/^run: /);
    }
    for (const name of ['containerd-shim-kata-v2', 'rkt']) {
      expect(await run(`timeout 5 ${name}; true`)).toBe(standInSays(name));
    }
  },
};

const rows = Object.entries(shows);
const chosen = process.env.CATAMARAN_EXAMPLES === 'all' ? rows : [byTurns(rows)];

test.each(chosen)('%s', (_name, show) => show(), 20 * minute);
