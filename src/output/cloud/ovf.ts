// The description of a virtual machine in an OVA: DMTF's DSP0243, OVF 1.1, whose envelope vSphere, Workstation and VirtualBox
// import. Pure: a description to text.
import type { ReleaseVersion } from '../../base/flavour.ts';
import { escapeXml } from './xml.ts';

export interface OvfDescription {
  /** Of the machine, as it is proposed to whoever deploys it. */
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly version: ReleaseVersion;
  /** Of vSphere's machine. VirtualBox's envelope has no place for it: there it is BIOS until a person says otherwise. */
  readonly firmware: 'bios' | 'efi';
  readonly hypervisor: Hypervisor;
  readonly disk: {
    /** The file's name, and its size in bytes. */
    readonly file: string;
    readonly size: number;
    /** Of the disk that the machine sees, in bytes. */
    readonly capacity: number;
  };
  readonly processors: number;
  /** In MiB. */
  readonly memory: number;
}

export type Hypervisor = 'vsphere' | 'virtualbox';

interface Machine {
  /** VirtualSystemType: what the hardware must be at least. */
  readonly system: string;
  /** CIM's ResourceType of the controller: 6 is SCSI, 20 is other storage. */
  readonly controller: { readonly type: number; readonly subType: string; readonly name: string };
  readonly network: string;
  /** Attributes that say which operating system: CIM's number, and VMware's own name. */
  readonly os: string;
}

const machines: Readonly<Record<Hypervisor, Machine>> = {
  vsphere: {
    system: 'vmx-13',
    controller: { type: 6, subType: 'VirtualSCSI', name: 'SCSI controller 0' },
    network: 'VmxNet3',
    os: 'ovf:id="101" vmw:osType="other3xLinux64Guest"',
  },
  virtualbox: {
    system: 'virtualbox-2.2',
    controller: { type: 20, subType: 'AHCI', name: 'SATA controller 0' },
    network: 'virtio-net',
    os: 'ovf:id="96"',
  },
};

/** What a person may fill in where it is deployed; the agent reads them as guestinfo. */
const properties = [
  ['guestinfo.hostname', 'Host name', 'Of the machine. Empty: what the network or the user-data says.'],
  ['guestinfo.userdata', 'User-data', 'Settings of the machine, as text or encoded.'],
  ['guestinfo.userdata.encoding', 'Encoding of the user-data', 'Empty, base64 or gzip+base64.'],
  ['guestinfo.metadata', 'Metadata', 'Facts of the machine, as text or encoded.'],
  ['guestinfo.metadata.encoding', 'Encoding of the metadata', 'Empty, base64 or gzip+base64.'],
] as const;

export function describeOvf(description: OvfDescription): string {
  const { name, product, vendor, version, hypervisor, disk, processors, memory } = description;
  const machine = machines[hypervisor];
  const text = escapeXml;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
  xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="${text(disk.file)}" ovf:id="file1" ovf:size="${disk.size}"/>
  </References>
  <DiskSection>
    <Info>Virtual disk information</Info>
    <Disk ovf:capacity="${disk.capacity}" ovf:capacityAllocationUnits="byte" ovf:diskId="disk1" ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>The networks that the machine needs</Info>
    <Network ovf:name="VM Network">
      <Description>The network of the machine</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${text(name)}">
    <Info>A virtual machine</Info>
    <Name>${text(name)}</Name>
    <OperatingSystemSection ${machine.os}>
      <Info>The operating system: Linux, 64 bits</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection${hypervisor === 'vsphere' ? ' ovf:transport="com.vmware.guestInfo iso"' : ''}>
      <Info>Virtual hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${text(name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>${machine.system}</vssd:VirtualSystemType>
      </System>
${hardwareItems(machine, processors, memory).map(renderItem).join('')}${hypervisor === 'vsphere' ? vmwareConfig(description.firmware) : ''}    </VirtualHardwareSection>
    <ProductSection>
      <Info>Information about the installed software</Info>
      <Product>${text(product)}</Product>
      <Vendor>${text(vendor)}</Vendor>
      <Version>${text(version)}</Version>
${hypervisor === 'vsphere' ? properties.map(renderProperty).join('') : ''}    </ProductSection>
  </VirtualSystem>
</Envelope>
`;
}

type Item = Readonly<Record<string, string | number>>;

/** Of each item the elements of CIM's class, which the schema wants in alphabetical order. */
function hardwareItems({ controller, network }: Machine, processors: number, memory: number): Item[] {
  return [
    {
      AllocationUnits: 'hertz * 10^6',
      Description: 'Number of virtual CPUs',
      ElementName: `${processors} virtual CPU(s)`,
      InstanceID: 1,
      ResourceType: 3,
      VirtualQuantity: processors,
    },
    {
      AllocationUnits: 'byte * 2^20',
      Description: 'Memory size',
      ElementName: `${memory}MB of memory`,
      InstanceID: 2,
      ResourceType: 4,
      VirtualQuantity: memory,
    },
    {
      Address: 0,
      Description: 'Disk controller',
      ElementName: controller.name,
      InstanceID: 3,
      ResourceSubType: controller.subType,
      ResourceType: controller.type,
    },
    {
      AddressOnParent: 0,
      ElementName: 'Hard disk 1',
      HostResource: 'ovf:/disk/disk1',
      InstanceID: 4,
      Parent: 3,
      ResourceType: 17,
    },
    {
      AddressOnParent: 7,
      AutomaticAllocation: 'true',
      Connection: 'VM Network',
      ElementName: 'Network adapter 1',
      InstanceID: 5,
      ResourceSubType: network,
      ResourceType: 10,
    },
  ];
}

function renderItem(item: Item): string {
  const elements = Object.entries(item).map(
    ([name, value]) => `        <rasd:${name}>${escapeXml(String(value))}</rasd:${name}>\n`,
  );
  return `      <Item>\n${elements.join('')}      </Item>\n`;
}

function vmwareConfig(firmware: 'bios' | 'efi'): string {
  return `      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="${firmware}"/>
      <vmw:Config ovf:required="false" vmw:key="bootOptions.efiSecureBootEnabled" vmw:value="false"/>
      <vmw:ExtraConfig ovf:required="false" vmw:key="disk.EnableUUID" vmw:value="TRUE"/>
`;
}

function renderProperty([key, label, description]: (typeof properties)[number]): string {
  return `      <Property ovf:key="${key}" ovf:type="string" ovf:userConfigurable="true" ovf:value="">
        <Label>${escapeXml(label)}</Label>
        <Description>${escapeXml(description)}</Description>
      </Property>
`;
}
