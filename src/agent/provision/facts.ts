// What a machine knows without asking anybody: its kernel's arguments, its firmware's strings, its volumes; and from these
// the platform.
import { type DetectedPlatform, detectPlatform } from '../../platform/detect.ts';
import type { Dmi, DmiField } from '../../platform/platform.ts';
import type { Host } from '../host/host.ts';
import type { Facts } from './source.ts';
import { type AttachedVolume, listVolumes } from './volumes/list.ts';

const fields: readonly DmiField[] = [
  'sys_vendor',
  'product_name',
  'bios_vendor',
  'bios_version',
  'chassis_asset_tag',
];

/** `known`: what an earlier pass of this boot has found. Volumes are looked for when somebody asks for them. */
export function readMachineFacts(host: Host, known?: DetectedPlatform): Facts {
  const cmdline = host.readText('/proc/cmdline')?.trim() ?? '';
  const entries = fields.flatMap((field) => {
    const text = readDmi(host, field);
    return text === undefined ? [] : [[field, text]];
  });
  const dmi = Object.fromEntries(entries) as Dmi;
  let listed: readonly AttachedVolume[] | undefined;
  const volumes = () => {
    listed ??= listVolumes(host);
    return listed;
  };
  const platform = known ?? detectPlatform({ dmi, cmdline, labels: volumes().map(({ label }) => label) });
  return {
    ...{ cmdline, dmi, platform },
    get volumes() {
      return volumes();
    },
    lookAgain() {
      listed = undefined;
    },
  };
}

export function readDmi(host: Host, field: string): string | undefined {
  return host.readText(`/sys/class/dmi/id/${field}`)?.trim().slice(0, 200) || undefined;
}

/** As for the kernel, the last one counts; quotes hold blanks together. */
export function argumentIn(cmdline: string, name: string): string | undefined {
  const words = cmdline.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  const plain = words.map((word) => word.replaceAll('"', ''));
  return plain
    .filter((word) => word.startsWith(`${name}=`))
    .at(-1)
    ?.slice(name.length + 1);
}
