// Before stage 2 starts the services: what the scripts of components/init's `service` directory need to know of each, as
// shell variables in /run/service/NAME/settings, and its health check as a script beside it. Prints their names in order.
//
// The variables: `after`, the service before it in the order; `depends`; `policy`; `initial`, `max`, `reset` in
// milliseconds; `signal`; `stop_limit` in whole seconds, as `sv -w` takes them; and where there is a health check
// `interval` and `grace` in milliseconds, `limit` in whole seconds, `retries`.
import type { Host } from '../host/host.ts';
import { probeScript } from './probe.ts';
import { quote } from './quote.ts';
import { readServices, type ServiceSettings } from './settings.ts';
import { signalForRuntime } from './signal.ts';

export const serviceDirectory = (name: string): string => `/run/service/${name}`;

export function configureServices(host: Host): void {
  const services = readServices(host);
  services.forEach((service, index) => {
    const directory = serviceDirectory(service.name);
    host.writeFile(`${directory}/settings`, settingsText(service, services[index - 1]?.name ?? ''));
    if (service.health) host.writeFile(`${directory}/probe`, probeScript(service.name, service.health));
  });
  for (const { name } of services) host.print(name);
}

function settingsText({ dependsOn, restart, stop, health }: ServiceSettings, after: string): string {
  const variables = {
    after,
    depends: dependsOn.join(' '),
    policy: restart.policy,
    ...restart.backoff,
    signal: signalForRuntime(stop.signal),
    stop_limit: wholeSeconds(stop.timeout),
    ...(health && {
      interval: health.interval,
      // A service that has just started has as long as a running one may fail.
      grace: health.interval * health.retries,
      limit: wholeSeconds(health.timeout),
      retries: health.retries,
    }),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(String(value))}\n`)
    .join('');
}

/** At least one: `sv -w 0` and `timeout 0` mean something else. */
const wholeSeconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1000));
