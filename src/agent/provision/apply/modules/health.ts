// catamaran.health: checks beside those of the image, in the form in which the image has its own.
import { ownHealthPath, writeHealth } from '../../../../contract/health.ts';
import type { UserHealthCheck } from '../../../../contract/user-data/machine-config.ts';
import { AgentError } from '../../../host/host.ts';
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

const path = `/${ownHealthPath}`;
const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const usual = 10_000;

export const health: Module = {
  name: 'health',
  summary: '`catamaran.health`: checks beside those of the image, in `/etc/catamaran/health.json`',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { health }, report }) {
    if (!health) {
      removeIfThere(host, path);
      return;
    }
    const { deadline, checks } = health;
    report.attempt(`${checks.length} health checks`, () => {
      const text = writeHealth({
        ...(deadline !== undefined && { deadline: spanOf(deadline) }),
        checks: checks.map(checkOf),
      });
      return changeFile(host, path, text, { mode: 0o644 });
    });
  },
};

function checkOf({ name, timeout, probe }: UserHealthCheck, index: number) {
  const service = probe.kind === 'command' ? probe.service : undefined;
  return {
    name: name ?? `user-data ${index + 1}`,
    probe: probe.kind === 'command' ? { kind: probe.kind, command: probe.command } : probe,
    ...(service !== undefined && { service }),
    timeout: timeout === undefined ? usual : spanOf(timeout),
  };
}

function spanOf(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const span = Number(number) * (units[unit] ?? Number.NaN);
  if (Number.isFinite(span)) return span;
  throw new AgentError(`${JSON.stringify(text)} is no span of time`, {
    code: 'duration-malformed',
    fault: 'spec',
  });
}
