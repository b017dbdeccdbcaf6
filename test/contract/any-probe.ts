// Probes of every kind.
import fc from 'fast-check';
import { type Probe, parseProbe, probeNames } from '../../src/contract/probe.ts';

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: fc.array(fc.string(), { minLength: 1 }),
  free: fc.constantFrom('disk 10%', 'disk 2G', 'memory 64M', 'logs'),
};

export const anyProbe: fc.Arbitrary<Probe> = fc
  .constantFrom(...probeNames)
  .chain((name) => (values[name] ?? fc.string()).map((value) => parseProbe({ [name]: value })!));
