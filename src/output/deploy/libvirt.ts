// libvirt: a domain, for `virsh define`.
import { architectureOf } from '../../base/arch.ts';
import { escapeXml } from '../cloud/xml.ts';
import { defineDeployment, describeFile, outputOf } from './deployment.ts';

const formats = ['qcow2', 'openstack', 'raw'] as const;

export const libvirt = defineDeployment({
  name: 'libvirt',
  summary: 'a machine of libvirt, for virsh define',
  suffix: '-libvirt.xml',
  formats,
  render(facts) {
    const { os, arch } = facts;
    const { files, firmware, memory } = outputOf(facts, formats)!;
    const [file] = files;
    const { uname, qemu } = architectureOf(arch);
    return `<!-- ${escapeXml(describeFile(file)).replaceAll('--', '- -')} -->
<domain type="kvm">
  <name>${escapeXml(os.id)}</name>
  <title>${escapeXml(`${os.name} ${os.version}`)}</title>
  <memory unit="b">${Math.max(memory, usualMemory)}</memory>
  <vcpu>2</vcpu>
  <os${firmware === 'uefi' ? ' firmware="efi"' : ''}>
    <type arch="${uname}" machine="${qemu.machine}">hvm</type>
    <boot dev="hd"/>
  </os>
  <features>
    <acpi/>
  </features>
  <cpu mode="host-passthrough"/>
  <on_reboot>restart</on_reboot>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="${file.file.endsWith('.raw') ? 'raw' : 'qcow2'}" discard="unmap"/>
      <source file="/var/lib/libvirt/images/${escapeXml(file.file)}"/>
      <target dev="vda" bus="virtio"/>
    </disk>
    <interface type="network">
      <source network="default"/>
      <model type="virtio"/>
    </interface>
    <serial type="pty"/>
    <console type="pty"/>
    <watchdog model="i6300esb" action="reset"/>
    <rng model="virtio">
      <backend model="random">/dev/urandom</backend>
    </rng>
  </devices>
</domain>
`;
  },
});

/** In bytes. */
const usualMemory = 2 ** 30;
