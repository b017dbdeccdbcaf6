// Where user-data may write, and what of it is gone after a boot.
import { checkPath } from '../../../contract/document/paths.ts';
import { AgentError, type Host } from '../../host/host.ts';

/** The path in its plain form. What leads out of it or to the read-only root is refused, with its name. */
export function requirePath(path: string): string {
  const checked = checkPath(path);
  if (typeof checked === 'string') return checked;
  throw new AgentError(`${JSON.stringify(path)} is refused: ${checked.problem}`, {
    code: 'path-malformed',
    fault: 'spec',
    hint: checked.hint,
  });
}

/** The initrd or the init has made it where the spec, or a full disk, wants so. */
export function isEtcInMemory(host: Host): boolean {
  return host.listDirectory('/run/catamaran/etc') !== undefined;
}

/** Whether what was written there at an earlier boot is not there any more. */
export function isForgotten(host: Host, path: string): boolean {
  return /^\/(run|tmp)\//.test(path) || (path.startsWith('/etc/') && isEtcInMemory(host));
}
