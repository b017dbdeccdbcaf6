// proxy and variables: for logins, for commands of user-data and for engines, and by the same file for the agent's own
// transfers (net/proxy.ts).
import { quote } from '../../../host/quote.ts';
import type { Module } from '../module.ts';
import { environmentPath, variablesOf } from '../variables.ts';
import { changeFile, removeIfThere } from '../write.ts';

const profile = '/etc/profile.d/90-user-data.sh';

export const environment: Module = {
  name: 'environment',
  summary:
    '`proxy`, `rancher.environment`: variables of logins, of `runcmd` and of containers of user-data; the agent goes by the proxy, too',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config, report }) {
    const variables = Object.entries(variablesOf(config));
    if (variables.length === 0) {
      for (const path of [profile, environmentPath]) removeIfThere(host, path);
      return;
    }
    report.attempt(`the variables ${variables.map(([name]) => name).join(', ')}`, () => {
      const plain = variables.map(([name, value]) => `${name}=${value}\n`).join('');
      const exports = variables.map(([name, value]) => `export ${name}=${quote(value)}\n`).join('');
      const first = changeFile(host, environmentPath, plain, { mode: 0o644 });
      return changeFile(host, profile, exports, { mode: 0o644 }) || first;
    });
  },
};
