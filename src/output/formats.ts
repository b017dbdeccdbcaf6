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
import { release } from './disk/release.ts';
import type { Format } from './format.ts';
import { docker } from './linuxkit/docker.ts';
import { isoBios } from './linuxkit/iso-bios.ts';
import { isoEfi } from './linuxkit/iso-efi.ts';
import { isoEfiInitrd } from './linuxkit/iso-efi-initrd.ts';
import { kernelErofs } from './linuxkit/kernel-erofs.ts';
import { kernelInitrd } from './linuxkit/kernel-initrd.ts';
import { kernelIso } from './linuxkit/kernel-iso.ts';
import { kernelSquashfs } from './linuxkit/kernel-squashfs.ts';
import { qcow2Bios } from './linuxkit/qcow2-bios.ts';
import { qcow2Efi } from './linuxkit/qcow2-efi.ts';
import { rawBios } from './linuxkit/raw-bios.ts';
import { rawEfi } from './linuxkit/raw-efi.ts';
import { rpi3 } from './linuxkit/rpi3.ts';
import { tar } from './linuxkit/tar.ts';
import { tarKernelInitrd } from './linuxkit/tar-kernel-initrd.ts';
import { iso } from './media/iso.ts';
import { isoPlain } from './media/iso-plain.ts';
import { pxe } from './media/pxe.ts';
import { usb } from './media/usb.ts';
import { sbom } from './sbom.ts';

export const formats = [
  ...[qcow2, raw, rawGz, rawZst, release, sbom],
  ...[aws, azure, dynamicVhd, gce, gcp, openstack, vhd, vhdx, virtualbox, vmdk, vsphere],
  ...[iso, isoPlain, pxe, usb],
  ...[docker, kernelErofs, kernelInitrd, kernelIso, kernelSquashfs, tar, tarKernelInitrd],
  ...[isoBios, isoEfi, isoEfiInitrd, qcow2Bios, qcow2Efi, rawBios, rawEfi, rpi3],
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

/** As `--format` takes them: names, or `all`. */
export function askedFormats(
  names: readonly string[] | undefined,
): readonly FormatName[] | 'all' | undefined {
  return names?.includes('all') ? 'all' : names && parseFormats(names);
}
