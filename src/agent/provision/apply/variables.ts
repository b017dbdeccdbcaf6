// Variables that user-data sets, and those by which programs know a proxy: in both cases, for some read the one and some the
// other.
import type { MachineConfig } from '../../../contract/user-data/machine-config.ts';

export const environmentPath = '/etc/environment';

export function variablesOf({
  environment,
  proxy,
}: Pick<MachineConfig, 'environment' | 'proxy'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...environment, ...proxyVariables(proxy) }).filter(([, value]) => !/[\n\0]/.test(value)),
  );
}

export function proxyVariables({ http, https, none }: MachineConfig['proxy']): Record<string, string> {
  const given = { http_proxy: http, https_proxy: https, no_proxy: none?.join(',') };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [
            [name, value],
            [name.toUpperCase(), value],
          ],
    ),
  );
}
