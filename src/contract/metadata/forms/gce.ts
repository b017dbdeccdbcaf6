// Google: attributes of the instance, and of its project as far as the instance does not block them. A line of `ssh-keys` is
// USER:KEY, and may say until when it counts.
import type { MetadataReader } from '../metadata.ts';
import {
  defined,
  hostnameOf,
  instanceIdOf,
  jsonIn,
  keysOf,
  textBytes,
  textIn,
  unpackedOf,
  wordOf,
} from '../values.ts';

const linesOf = (value: unknown): string[] =>
  (wordOf(value) ?? '').split('\n').map((line) => line.trim().replace(/^[A-Za-z_][\w.-]{0,31}:/, ''));

export const gce: MetadataReader = {
  read(documents, findings) {
    const own = jsonIn(documents, 'meta-data', findings);
    const project = jsonIn(documents, 'more-keys', findings);
    const blocked = /^true$/i.test(wordOf(own?.['block-project-ssh-keys']) ?? '');
    const written = own?.['user-data'] ?? own?.userdata;
    if (own?.['startup-script'] !== undefined)
      findings.ignored(
        { part: 'meta-data', line: 1, pointer: 'startup-script' },
        'is not run',
        'Put it into user-data, under bootcmd.',
      );
    return defined({
      userData: own?.['user-data-encoding'] === 'base64' ? unpackedOf(written) : textBytes(written),
      instanceId: instanceIdOf(textIn(documents, 'instance-id')),
      hostname: hostnameOf(textIn(documents, 'hostname'), findings),
      sshKeys: keysOf([
        ...linesOf(own?.['ssh-keys']),
        ...linesOf(own?.sshKeys),
        ...(blocked ? [] : [...linesOf(project?.['ssh-keys']), ...linesOf(project?.sshKeys)]),
      ]),
    });
  },
};
