// `catamaran run --user-data FILE`: the machine gets it as its platform would give it. What is wrong with it is said before
// anything is started, as `catamaran check-config` says it.
import { join } from 'node:path';
import type { PlatformName } from '../../platform/table.ts';
import { type Delivered, deliver } from '../../run/metadata/deliver.ts';
import { deliveries } from '../../run/metadata/table.ts';
import { packageRoot } from '../package-root.ts';
import type { Session } from '../session.ts';
import { judgeConfig, readConfigFile } from './check-config.ts';

/** What a platform says of a machine whose user has said nothing. */
const machine = { id: 'i-run', hostname: 'catamaran' };

export interface UserDataRequest {
  readonly file: string;
  readonly platform: PlatformName;
  /** Lines of authorized_keys that the platform hands over. */
  readonly sshKeys?: readonly string[];
}

/** Fails with what is wrong, if anything is. */
export async function readUserDataOf(file: string, { io, front }: Session): Promise<Uint8Array> {
  const userData = await readConfigFile(file, io);
  const { warnings, refuse } = judgeConfig(userData, file === '-' ? 'standard input' : file);
  for (const warning of warnings) front.warnAt(warning);
  refuse();
  return userData;
}

export async function deliverUserData(
  userData: Uint8Array,
  { platform, sshKeys = [] }: Omit<UserDataRequest, 'file'>,
  directory: string,
): Promise<Delivered> {
  const relay = {
    node: process.execPath,
    script: join(packageRoot(), 'dist', 'metadata-relay-worker.js'),
  };
  return deliver(deliveries[platform]({ ...machine, userData, sshKeys }), directory, relay);
}
