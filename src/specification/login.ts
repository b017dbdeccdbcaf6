// Whether anybody can log in to the machine: at its console or by SSH. A machine without is meant now and then, and much
// more often not, so it is a warning.
import { componentNameOf, type Parts } from './parts.ts';
import { type SpecReading, warn } from './reading.ts';
import type { Container, FileEntry } from './types.ts';

export function warnOfNoLogin(reading: SpecReading, spec: Parts): void {
  const { init, services } = spec;
  if (!init.some((use) => componentNameOf(use) === 'init') || services.length === 0) return;
  const files = spec.files.filter((file) => isThere(reading, file));
  if (services.some((service) => opens(service, files))) return;
  const sshd = services.some((service) => componentNameOf(service) === 'sshd');
  const key = '{path: etc/ssh/authorized_keys.d/root, source: "~/.ssh/id_*.pub", mode: "0644"}';
  warn(reading, '/services', {
    code: 'spec-no-login',
    message: 'nobody can log in to this machine',
    hint: `${sshd ? 'Add a key' : 'Add the service component:sshd and a key'} to files: ${key}; or, for a first look, {name: getty, image: component:getty, env: [INSECURE=true]} to services.`,
  });
}

/** An image that we do not know is given the benefit of the doubt by its name. */
function opens(service: Container, files: readonly FileEntry[]): boolean {
  const { image, settings } = service;
  const below = (path: string) => files.some((file) => file.path.startsWith(path));
  switch (componentNameOf(service)) {
    case undefined:
      return /getty|login|ssh/i.test(
        'repository' in image ? image.repository : image.kind === 'component' ? '' : image.path,
      );
    case 'getty':
      return (
        ['INSECURE=true', 'BREAK_GLASS=true'].some((each) => settings.env?.includes(each)) ||
        below('etc/shadow')
      );
    case 'sshd':
      return below('etc/ssh/authorized_keys.d/');
    default:
      return false;
  }
}

function isThere({ around }: SpecReading, { content }: FileEntry): boolean {
  return content.kind !== 'source' || !content.optional || around.exists?.(content.path) !== false;
}
