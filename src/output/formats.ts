// The list of formats, the only place that knows all of them. One more is a file and a line here.

import { CatamaranError } from '../base/errors.ts';
import { didYouMean } from '../document/suggest.ts';
import { formatSynonyms, hintFor } from '../document/synonyms.ts';
import { aws } from './cloud/aws.ts';
import { azure } from './cloud/azure.ts';
import { dynamicVhd } from './cloud/dynamic-vhd.ts';
import { gce } from './cloud/gce.ts';
import { gcp } from './cloud/gcp.ts';
import { openstack } from './cloud/openstack.ts';
import { vhd } from './cloud/vhd.ts';
import { vhdx } from './cloud/vhdx.ts';
import { virtualbox } from './cloud/virtualbox.ts';
import { vmdk } from './cloud/vmdk.ts';
import { vsphere } from './cloud/vsphere.ts';
import { qcow2 } from './disk/qcow2.ts';
import { raw } from './disk/raw.ts';
import { rawGz } from './disk/raw-gz.ts';
import { rawZst } from './disk/raw-zst.ts';
import type { Format } from './format.ts';
import { docker } from './linuxkit/docker.ts';
import { kernelInitrd } from './linuxkit/kernel-initrd.ts';
import { kernelSquashfs } from './linuxkit/kernel-squashfs.ts';
import { tar } from './linuxkit/tar.ts';
import { tarKernelInitrd } from './linuxkit/tar-kernel-initrd.ts';
import { iso } from './media/iso.ts';
import { isoPlain } from './media/iso-plain.ts';
import { pxe } from './media/pxe.ts';
import { usb } from './media/usb.ts';

export const formats = [
  ...[qcow2, raw, rawGz, rawZst],
  ...[aws, azure, dynamicVhd, gce, gcp, openstack, vhd, vhdx, virtualbox, vmdk, vsphere],
  ...[iso, isoPlain, pxe, usb],
  ...[docker, kernelInitrd, kernelSquashfs, tar, tarKernelInitrd],
] as const;

export type FormatName = (typeof formats)[number]['name'];

export const formatNames: readonly FormatName[] = formats.map(({ name }) => name);

/** What `run` can boot. */
export const bootableFormats: readonly FormatName[] = formats
  .filter((format: Format) => format.boots !== undefined)
  .map(({ name }) => name);

export function formatNamed(name: FormatName): Format {
  return formats.find((format) => format.name === name)!;
}

/** Names as a person wrote them; one that there is not is an error of usage. */
export function parseFormats(
  names: readonly string[],
  known: readonly FormatName[] = formatNames,
): readonly FormatName[] {
  return names.map((name) => {
    const found = known.find((each) => each === name);
    if (found) return found;
    throw new CatamaranError('usage', {
      code: 'format-unknown',
      message: `there is no format ${JSON.stringify(name)}`,
      hint: hintFor(formatSynonyms, name) ?? didYouMean(name, known) ?? `There are ${known.join(', ')}.`,
    });
  });
}
