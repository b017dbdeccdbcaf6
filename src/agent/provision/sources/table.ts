// Every kind of place, with its reader.
import { type UserDataSource, userDataSources } from '../../../platform/user-data.ts';
import type { Kind, Look, Seeker, When } from '../source.ts';
import { argument } from './argument.ts';
import { file } from './file.ts';
import { firmware } from './firmware.ts';
import { guestProperty } from './guest-property.ts';
import { guestinfo } from './guestinfo.ts';
import { http } from './http.ts';
import { kvp } from './kvp.ts';
import { seed } from './seed.ts';
import { smbios } from './smbios.ts';
import { volume } from './volume.ts';

const kinds = {
  argument,
  file,
  firmware,
  smbios,
  seed,
  volume,
  http,
  guestinfo,
  'guest-property': guestProperty,
  kvp,
};

const kindOf = (source: UserDataSource) => kinds[userDataSources[source].at] as unknown as Kind;

export const whenOf = (source: UserDataSource): When => kindOf(source).when;

export function isWanted(source: UserDataSource, { facts, host }: Seeker): boolean {
  return kindOf(source).isWanted?.(facts, host) ?? true;
}

/** What says who a machine is, and not only what its user wants of it. */
export function identifies(source: UserDataSource): boolean {
  return ['volume', 'http', 'guestinfo'].includes(userDataSources[source].at);
}

export function lookAt(source: UserDataSource, seeker: Seeker): Look {
  return kindOf(source).look(userDataSources[source], seeker);
}
