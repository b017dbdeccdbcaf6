// Units of systemd: where that is the init, they are in their places before it reads any, so that they count in this very boot.
import { initPath, parseInit } from '../../../../contract/init.ts';
import type { Unit } from '../../../../contract/user-data/machine-config.ts';
import { AgentError, type Host, runOrThrow } from '../../../host/host.ts';
import type { Module, Report } from '../module.ts';
import { changeFile, script } from '../write.ts';

const directory = '/etc/systemd/system';
/** Of this boot. */
const wanted = '/run/systemd/system/multi-user.target.wants';
const safe = /^[A-Za-z0-9:_.@\\-]{1,200}\.(service|socket|timer|mount|automount|path|target|slice|swap)$/;
const safeDropin = /^[A-Za-z0-9:_.@\\-]{1,200}\.conf$/;

/** PATH. */
const maskScript = `mkdir -p "\${1%/*}" && ln -sfn /dev/null "$1"`;

export const units: Module = {
  name: 'units',
  summary:
    'units of CoreOS and Ignition, with their drop-ins, under systemd: written, enabled, masked, started; another init leaves them out',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    const isThere = parseInit(host.readText(`/${initPath}`) ?? '') === 'systemd';
    for (const unit of config.units) {
      if (isThere) report.attempt(`the unit ${unit.name}`, () => applyUnit(host, unit, report));
      else
        report.ignored(
          `the unit ${unit.name}: this init has no units; write a container under catamaran.services`,
        );
    }
  },
};

function applyUnit(host: Host, { name, contents, enabled, masked, start, dropins }: Unit, report: Report) {
  requireName(name, safe);
  const path = `${directory}/${name}`;
  let changed = false;
  if (contents !== undefined && !masked) changed = changeFile(host, path, contents, { mode: 0o644 });
  for (const dropin of dropins) {
    requireName(dropin.name, safeDropin);
    report.attempt(`the drop-in ${dropin.name} of ${name}`, () =>
      changeFile(host, `${path}.d/${dropin.name}`, dropin.contents, { mode: 0o644 }),
    );
  }
  // In the image's files: systemd does not run yet.
  const offline = (word: string) =>
    runOrThrow(host, ['systemctl', '--root=/', '--no-reload', word, '--', name]);
  if (masked) script(host, maskScript, path);
  else if (enabled === true && !isContainer(host, name)) offline('enable');
  else if (enabled === false) offline('disable');
  if (start && !masked) script(host, 'mkdir -p "$1" && ln -sfn "$2" "$1"', wanted, `../${name}`);
  return changed || masked || enabled !== undefined || start;
}

/** The image's own are started in any case, and have no unit yet. */
function isContainer(host: Host, name: string): boolean {
  const directory = name.replace(/\.service$/, '');
  return host.listDirectory('/containers/services')?.includes(directory) ?? false;
}

function requireName(name: string, shape: RegExp): void {
  if (shape.test(name)) return;
  throw new AgentError(`${JSON.stringify(name)} is no name of a unit`, {
    code: 'path-malformed',
    fault: 'spec',
  });
}
