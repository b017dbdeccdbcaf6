// What init's scripts and people do with services, by the init that this machine has.
import { AgentError, type Host } from '../host/host.ts';
import { readDaemons } from './daemons.ts';
import { managerOf } from './managers.ts';
import { readServices } from './settings.ts';
import { signalForRuntime } from './signal.ts';

/** Before they start. Prints their names, in the order of starting. */
export function configureServices(host: Host): void {
  const services = readServices(host);
  managerOf(host).configure(host, services);
  for (const { name } of services) host.print(name);
}

export function signalService(host: Host, name: string, signal: string): void {
  requireService(host, name);
  if (!/^[A-Za-z0-9+-]{1,20}$/.test(signal))
    throw new AgentError(`${JSON.stringify(signal)} is no signal`, {
      code: 'signal-malformed',
      fault: 'usage',
      hint: 'Write its name, such as SIGTERM.',
    });
  managerOf(host).signal(host, name, signalForRuntime(signal));
}

export function beginService(host: Host, name: string): void {
  requireService(host, name);
  managerOf(host).start(host, name);
}

/** All that is kept of what it said; with `follow` its end, and what it says from now on. A daemon of the host is asked alike. */
export function showLog(host: Host, name: string, follow: boolean): void {
  if (!readDaemons(host).includes(name)) requireService(host, name);
  const command = managerOf(host).logs(host, name, follow);
  const status = host.show(command);
  if (status !== 0)
    throw new AgentError(`${command.join(' ')} ended with status ${status}`, { code: 'program-failed' });
}

export function requireService(host: Host, name: string): void {
  const names = readServices(host).map((service) => service.name);
  if (!names.includes(name))
    throw new AgentError(
      `there is no service ${JSON.stringify(name)}; there are ${names.join(', ') || 'none'}`,
      { code: 'service-unknown', fault: 'usage' },
    );
}
