// Probes of every kind.
import fc from 'fast-check';
import { type Probe, parseProbe, probeNames } from '../../src/contract/probe.ts';

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: fc.array(fc.string(), { minLength: 1 }),
};

export const anyProbe: fc.Arbitrary<Probe> = fc
  .constantFrom(...probeNames)
  .chain((name) => (values[name] ?? fc.string()).map((value) => parseProbe({ [name]: value })!));
