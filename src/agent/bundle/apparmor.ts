// The AppArmor profile of a bundle, into the kernel. A container whose spec asks for one never runs without it: where the
// kernel has no AppArmor, or the system no parser for it, the container is not started and says why.

import { bundlePath, type Section } from '../../contract/bundles.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';

const inKernel = '/sys/kernel/security/apparmor/profiles';
const notFound = 127;

export function loadAppArmor(host: Host, section: Section, name: string): void {
  const profile = `${bundlePath(section, name)}/apparmor`;
  if (host.readText(profile) === undefined) return;
  if (host.readText(inKernel) === undefined) {
    throw new AgentError('the spec gives it an AppArmor profile, and this kernel has no AppArmor', {
      code: 'apparmor-missing',
      hint: 'Take component:kernel, or another kernel that has it, or the profile out of the spec.',
    });
  }
  if (host.run(['apparmor_parser', '--version']).status === notFound) {
    throw new AgentError(
      'the spec gives it an AppArmor profile, and this system has no apparmor_parser to load it: add component:apparmor to init',
      { code: 'apparmor-missing' },
    );
  }
  runOrThrow(host, ['apparmor_parser', '--replace', '--skip-cache', profile]);
}
