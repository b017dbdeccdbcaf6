// iPXE: what a machine is given as its boot file, in the directory above that of the format pxe. It looks whether the machine
// is one that the system is built for, and goes on with the script there.
import { architectureOf } from '../../base/arch.ts';
import { defineDeployment, describeFile } from './deployment.ts';

const MiB = 2 ** 20;

export const ipxe = defineDeployment({
  name: 'ipxe',
  summary: 'a boot file of iPXE that starts the format pxe',
  suffix: '.ipxe',
  formats: ['pxe'],
  render({ os, arch, outputs }) {
    const { files, memory } = outputs.get('pxe')!;
    const script = files.find(({ file }) => file.endsWith('/boot.ipxe'))!;
    // Bit 29 of CPUID 0x80000001: 64 bits.
    const check = architectureOf(arch).grub.bios ? 'cpuid --ext 29 || goto foreign\n' : '';
    return `#!ipxe
# ${printable(os.name)} ${os.version}: a machine needs ${Math.ceil(memory / MiB)} MiB of memory.
${files.map((file) => `# ${describeFile(file)}\n`).join('')}
${check}chain ${script.file} || goto failed
:foreign
echo ${os.id} ${os.version} is for other machines than this one
sleep 30
exit 1
:failed
echo ${script.file} cannot be loaded; trying again in 30 seconds
sleep 30
reboot
`;
  },
});

/** A comment is one line. */
const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '?');
