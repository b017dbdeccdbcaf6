// Every format of user-data, in the order in which they are looked for.
import { archive } from './archive.ts';
import { cloudConfig } from './cloud-config.ts';
import { compose } from './compose.ts';
import type { UserDataFormat } from './format.ts';
import { ignition } from './ignition.ts';
import { include } from './include.ts';
import { linuxkit } from './linuxkit.ts';
import { mime } from './mime.ts';
import { refused } from './refused.ts';
import { boothook, script } from './script.ts';

export const userDataFormats: readonly UserDataFormat[] = [
  cloudConfig,
  archive,
  script,
  boothook,
  include,
  compose,
  ...refused,
  mime,
  ignition,
  linuxkit,
];
