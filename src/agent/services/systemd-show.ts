// How systemd says that units are: `systemctl show` (systemctl(1), org.freedesktop.systemd1(5)), one block of lines for each, in
// the order in which they were asked for.
import type { Host } from '../host/host.ts';

export interface ShownUnit {
  readonly isKnown: boolean;
  /** ActiveState. */
  readonly state: string;
  /** Something is to be done with it that has not been done. */
  readonly hasJob: boolean;
  /** 0: none. */
  readonly pid: number;
  readonly restarts: number;
  /** Seconds until it is started again, while it pauses. */
  readonly pause?: number;
}

const properties = 'LoadState,ActiveState,SubState,Job,MainPID,NRestarts,RestartUSecNext';

export function showUnits(host: Host, units: readonly string[]): ShownUnit[] {
  if (units.length === 0) return [];
  const { output } = host.run(['systemctl', 'show', `--property=${properties}`, '--', ...units]);
  return output.trim().split(/\n\n+/).map(readUnit);
}

function readUnit(block: string): ShownUnit {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const pauses = (fields.get('SubState') ?? '').startsWith('auto-restart');
  return {
    isKnown: fields.get('LoadState') === 'loaded',
    state: fields.get('ActiveState') ?? 'inactive',
    hasJob: Number(fields.get('Job') ?? 0) > 0,
    pid: Number(fields.get('MainPID') ?? 0),
    restarts: Number(fields.get('NRestarts') ?? 0),
    ...(pauses && { pause: readTimeSpan(fields.get('RestartUSecNext') ?? '0') }),
  };
}

const seconds: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** systemd.time(7), as systemd writes it: `1min 4s 300ms`. */
function readTimeSpan(text: string): number {
  const found = text.matchAll(/([\d.]+)(us|ms|s|min|h|d)\b/g);
  return [...found].reduce((total, [, count, unit]) => total + Number(count) * seconds[unit!]!, 0);
}
