// The units of the containers, as systemd's own words say what catamaran.json does (systemd.service(5), systemd.exec(5),
// systemd.kill(5)). Their commands are scripts of component:init-systemd.
import type { Supervision } from '../../contract/supervision.ts';
import { containerSlice, unitOf, unitSubgroup } from '../../contract/units.ts';
import { serviceDirectory } from './script-settings.ts';
import type { SupervisedService } from './settings.ts';
import { signalForRuntime } from './signal.ts';

const scripts = '/usr/lib/catamaran';
const group = `Slice=${containerSlice}
Delegate=yes
DelegateSubgroup=${unitSubgroup}`;
const restarts: Readonly<Record<Supervision['restart']['policy'], string>> = {
  always: 'Restart=always',
  // For systemd these signals are no failure.
  'on-failure': 'Restart=on-failure\nRestartForceExitStatus=SIGHUP SIGINT SIGTERM SIGPIPE',
  never: 'Restart=no',
};

/** Its main process becomes the container's first one, as its command says. */
export function serviceUnit({ name, dependsOn, restart, stop }: SupervisedService): string {
  const needed = dependsOn.map((each) => unitOf('services', each)).join(' ');
  const signal = signalForRuntime(stop.signal);
  return `[Unit]
Description=Container ${name}
Wants=${needed}
After=catamaran-up.service ${needed}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
WorkingDirectory=${serviceDirectory(name)}
ExecStart=${scripts}/service/start
ExecStop=${scripts}/service/asked
ExecStopPost=${scripts}/service/ended
TimeoutStartSec=infinity
TimeoutStopSec=${stop.timeout}ms
KillMode=mixed
KillSignal=${signal}
WatchdogSignal=${signal}
${restarts[restart.policy]}
${pauses(restart.backoff)}
${group}
TasksMax=33%
SyslogIdentifier=${name}
`;
}

/** Doubled each time is what systemd makes of as many steps as there are doublings. */
function pauses({ initial, max }: Supervision['restart']['backoff']): string {
  const first = `RestartSec=${initial}ms`;
  if (initial === 0 || max <= initial) return first;
  const steps = Math.max(1, Math.ceil(Math.log2(max / initial)));
  return `${first}\nRestartSteps=${steps}\nRestartMaxDelaySec=${max}ms`;
}

interface OnceContainer {
  /** Of its bundle's directory. */
  readonly name: string;
  readonly optional: boolean;
}

/** After the one before it in `all`; onshutdown runs as its unit is stopped, which goes the other way. */
export function onceUnit(
  section: 'onboot' | 'onshutdown',
  { name, optional }: OnceContainer,
  all: readonly OnceContainer[],
): string {
  const at = all.findIndex((each) => each.name === name);
  const neighbour = section === 'onboot' ? all[at - 1] : all[at + 1];
  const target = section === 'onboot' ? 'catamaran-onboot.target' : 'catamaran-up.service';
  const command =
    section === 'onboot'
      ? `ExecStart=${scripts}/onboot ${name} ${optional ? 'optional' : 'required'}`
      : `ExecStop=${scripts}/onshutdown ${name}`;
  return `[Unit]
Description=Container ${name} of ${section}
Before=${target}
After=${neighbour ? unitOf(section, neighbour.name) : ''}

[Service]
Type=oneshot
RemainAfterExit=yes
${command}
TimeoutStartSec=infinity
TimeoutStopSec=75
${group}
SyslogIdentifier=${section}-${name}
`;
}

export function wanting(units: readonly string[]): string {
  return `[Unit]\nWants=${units.join(' ')}\n`;
}

/** Whatever hangs, a machine goes down. */
export function shutdownTimeout(limit: number): string {
  return `[Unit]\nJobTimeoutSec=${limit}\n`;
}

/** As much as all logs together may take elsewhere: six files for each service, and for the updater. */
export function journalSettings(logSize: number, services: number): string {
  const most = Math.max(8 << 20, logSize * 6 * (services + 1));
  return `[Journal]\nSystemMaxUse=${most}\nRuntimeMaxUse=${8 << 20}\n`;
}
