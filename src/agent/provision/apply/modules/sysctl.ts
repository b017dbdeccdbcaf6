// Kernel parameters: set now, and what the kernel has taken kept for component:sysctl, which sets its own later in the boot.
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

const file = '/etc/sysctl.d/90-user-data.conf';

export const sysctl: Module = {
  name: 'sysctl',
  summary: '`sysctl`: set, and kept in `/etc/sysctl.d` where the kernel has taken it',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    const taken = Object.entries(config.sysctl).filter(([name, value]) => {
      const { status, output } = host.run(['sysctl', '-w', `${name}=${value}`]);
      if (status === 0) report.applied(`${name} = ${value}`);
      else report.failed(`${name} = ${value}: ${output.trim().split('\n').at(-1)}`);
      return status === 0;
    });
    const text = taken.map(([name, value]) => `${name} = ${value}\n`).join('');
    if (text === '') removeIfThere(host, file);
    else changeFile(host, file, text, { mode: 0o644 });
  },
};
