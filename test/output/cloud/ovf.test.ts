// The envelope's text: whole for one machine, and what differs for others.
import { expect, test } from 'vitest';
import { describeOvf, type OvfDescription } from '../../../src/output/cloud/ovf.ts';
import { escapeXml } from '../../../src/output/cloud/xml.ts';

const description: OvfDescription = {
  name: 'lighthouse-1.4.0',
  product: 'Lighthouse Linux',
  vendor: 'Catamaran',
  version: '1.4.0',
  firmware: 'efi',
  hypervisor: 'vsphere',
  disk: { file: 'lighthouse-disk1.vmdk', size: 1234, capacity: 2 ** 30 },
  processors: 2,
  memory: 2048,
};

/** Elements that were opened and not closed; throws where one closes another. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, alone] of xml.matchAll(/<(\/?)([\w:]+)(?:\s+[\w:]+="[^"<]*")*\s*(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!alone) open.push(name!);
  }
  return open;
}

test.each(['vsphere', 'virtualbox'] as const)(
  '%s: every element is closed, every reference leads somewhere',
  (hypervisor) => {
    const xml = describeOvf({
      ...description,
      hypervisor,
      name: '<"&\'> \u0001',
      product: '\ud800 & ünïcode',
    });
    expect(openElements(xml)).toEqual([]);
    // What is left without elements is text in which all that is special is escaped.
    expect(xml.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;|#\d+;)/);
    expect(xml).toContain('ovf:fileRef="file1"');
    expect(xml).toContain('ovf:/disk/disk1');
    const ids = [...xml.matchAll(/<rasd:InstanceID>(\d+)</g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, parent] of xml.matchAll(/<rasd:Parent>(\d+)</g)) expect(ids).toContain(parent);
  },
);

test('the elements of each item are in the order of the schema, which is the alphabet’s', () => {
  for (const [item] of describeOvf(description).matchAll(/<Item>.*?<\/Item>/gs)) {
    const names = [...item.matchAll(/<rasd:(\w+)>/g)].map(([, name]) => name);
    expect(names).toEqual([...names].sort());
  }
});

test('vSphere: paravirtual hardware, firmware by choice, properties that a person may set', () => {
  const xml = describeOvf(description);
  for (const part of [
    '<vssd:VirtualSystemType>vmx-13<',
    '<rasd:ResourceSubType>VirtualSCSI<',
    '<rasd:ResourceSubType>VmxNet3<',
    'vmw:osType="other3xLinux64Guest"',
    'vmw:key="firmware" vmw:value="efi"',
    'vmw:key="disk.EnableUUID" vmw:value="TRUE"',
    'ovf:transport="com.vmware.guestInfo iso"',
    'ovf:key="guestinfo.userdata" ovf:type="string" ovf:userConfigurable="true"',
  ])
    expect(xml).toContain(part);
  expect(describeOvf({ ...description, firmware: 'bios' })).toContain('vmw:key="firmware" vmw:value="bios"');
});

test('VirtualBox: AHCI and virtio-net, and nothing of VMware', () => {
  const xml = describeOvf({ ...description, hypervisor: 'virtualbox' });
  expect(xml).toContain('<rasd:ResourceSubType>AHCI<');
  expect(xml).toContain('<rasd:ResourceSubType>virtio-net<');
  expect(xml).not.toContain('guestinfo');
  expect(xml).not.toMatch(/vmw:(?!\/)\w+[ =]/);
});

test('XML: what is special is escaped, what cannot be said becomes U+FFFD', () => {
  expect(escapeXml(`a<b>&"'\t\n\r`)).toBe(`a&lt;b&gt;&amp;&quot;'&#9;&#10;&#13;`);
  expect(escapeXml('\0\u001f\ud800x\uffff😀')).toBe('\ufffd\ufffd\ufffdx\ufffd😀');
});
