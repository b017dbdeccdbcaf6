// VMware Workstation, Fusion and Player: a machine. They run from a disk that grows, which theirs makes of the compressed one.
import { defineDeployment, describeFile, outputOf } from './deployment.ts';

const MiB = 2 ** 20;
const formats = ['vmdk'] as const;

export const vmx = defineDeployment({
  name: 'vmx',
  summary: 'a machine of VMware Workstation and Fusion, for the format vmdk',
  suffix: '.vmx',
  formats,
  render(facts) {
    const { os } = facts;
    const { files, firmware, memory } = outputOf(facts, formats)!;
    const [file] = files;
    const disk = file.file.replace(/\.vmdk$/, '-disk.vmdk');
    const settings = {
      '.encoding': 'UTF-8',
      'config.version': '8',
      'virtualHW.version': '14',
      displayName: `${os.name} ${os.version}`,
      guestOS: 'other3xlinux-64',
      firmware: firmware === 'uefi' ? 'efi' : 'bios',
      numvcpus: '2',
      memsize: String(Math.max(memory / MiB, 1024)),
      'disk.EnableUUID': 'TRUE',
      'pciBridge0.present': 'TRUE',
      'pciBridge4.present': 'TRUE',
      'pciBridge4.virtualDev': 'pcieRootPort',
      'pciBridge4.functions': '8',
      'scsi0.present': 'TRUE',
      'scsi0.virtualDev': 'pvscsi',
      'scsi0:0.present': 'TRUE',
      'scsi0:0.fileName': disk,
      'ethernet0.present': 'TRUE',
      'ethernet0.virtualDev': 'vmxnet3',
      'ethernet0.connectionType': 'nat',
      'ethernet0.addressType': 'generated',
      'serial0.present': 'FALSE',
      'guestinfo.hostname': os.id,
      'guestinfo.userdata': '',
      'guestinfo.userdata.encoding': '',
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key} = "${escapeValue(value)}"\n`);
    return `# ${describeFile(file)}
# Before the first start: vmware-vdiskmanager -r ${file.file} -t 0 ${disk}
${lines.join('')}`;
  },
});

/** As VMware writes a quote, a bar and what is not printable. */
const escapeValue = (text: string): string =>
  text.replaceAll(
    /["|\p{Cc}]/gu,
    (character) => `|${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
