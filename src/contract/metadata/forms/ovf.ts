// ovf-env.xml: Azure's provisioning section, or the properties of a vApp (DMTF DSP0243, section 11), in which the keys are
// cloud-init's, VMware's guestinfo and RancherOS's.
import type { Given, MetadataReader } from '../metadata.ts';
import { defined, hostnameOf, keysOf, textIn, unpackedOf } from '../values.ts';
import { readVariables } from '../variables.ts';
import { attributesOf, elementIn, elementsIn, unescapeXml } from '../xml.ts';

export const ovf: MetadataReader = {
  read(documents, findings) {
    const xml = textIn(documents, 'meta-data') ?? '';
    const section = elementIn(xml, 'LinuxProvisioningConfigurationSet');
    if (section !== undefined) return readAzure(section);
    return readVariables(ovfProperties(xml), findings);
  },
};

function readAzure(section: string): Given {
  const value = (name: string) => {
    const text = elementIn(section, name);
    return text === undefined ? undefined : unescapeXml(text).trim();
  };
  const keys = elementsIn(section, 'PublicKey').map((key) => unescapeXml(elementIn(key, 'Value') ?? ''));
  return defined({
    userData: unpackedOf(value('CustomData') ?? value('UserData')),
    hostname: hostnameOf(value('HostName')),
    sshKeys: keysOf(keys.map((key) => key.replace(/[\r\n]+/g, ''))),
  });
}

/** By the names that guestinfo has for the same. */
export function ovfProperties(xml: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const attributes of attributesOf(xml, 'Property')) {
    const [key, value] = [attributes.get('key'), attributes.get('value')];
    if (key !== undefined && value !== undefined && value !== '')
      properties.set(names[key] ?? (key.startsWith('guestinfo.') ? key : `guestinfo.${key}`), value);
  }
  return properties;
}

/** Of cloud-init's DataSourceOVF. */
const names: Readonly<Record<string, string>> = {
  'user-data': 'guestinfo.userdata',
  'public-keys': 'guestinfo.public-keys',
  'instance-id': 'guestinfo.instance-id',
  hostname: 'guestinfo.hostname',
};
