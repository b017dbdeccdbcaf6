// /usr/lib/catamaran/health.json, which the builder makes of the spec's `health` section (image/health-file.ts). Absent
// members have the defaults below; times are in seconds.
import { AgentError, type Host } from '../host/host.ts';

export interface HealthSettings {
  /** After boot; a trial that is not confirmed by then is rebooted. */
  readonly deadline: number;
  /** Everything must be good twice, with this much time in between. */
  readonly window: number;
  /** Between two tries while something is not good. */
  readonly interval: number;
  readonly checks: readonly HealthCheck[];
}

/** Exactly one of http, tcp, command, file. */
export interface HealthCheck {
  readonly name: string;
  readonly timeout?: number;
  readonly http?: string;
  /** HOST:PORT */
  readonly tcp?: string;
  readonly command?: readonly string[];
  /** The service in whose container the command runs; absent: on the host. */
  readonly service?: string;
  /** Exists. */
  readonly file?: string;
}

const path = '/usr/lib/catamaran/health.json';

export function readHealthSettings(host: Host): HealthSettings {
  const defaults: HealthSettings = { deadline: 600, window: 60, interval: 5, checks: [] };
  const text = host.readText(path);
  if (text === undefined) return defaults;
  try {
    return { ...defaults, ...(JSON.parse(text) as Partial<HealthSettings>) };
  } catch (error) {
    throw new AgentError(`${path} is not JSON: ${String(error)}`);
  }
}
