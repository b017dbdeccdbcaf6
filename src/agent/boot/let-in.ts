// Lets root in where `catamaran run` has started this machine: with its key over SSH, and without a password on the console.
// For this boot: the file is in memory, and goes into no image and onto no disk.
import { isLoginKey, loginKeyPath, loginPath } from '../../contract/run-login.ts';
import type { Host } from '../host/host.ts';

export function letIn(host: Host): void {
  const key = host.readText(loginKeyPath)?.trim();
  if (key === undefined) return;
  if (!isLoginKey(key)) throw new Error(`${loginKeyPath} is no key of "catamaran run"`);
  host.writeFile(loginPath, `${key}\n`);
  host.print('catamaran run: in this boot root may log in, on the console without a password');
}
