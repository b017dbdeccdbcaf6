// Every form in which platforms write their metadata.
import type { MetadataForm } from '../../platform/user-data.ts';
import { akamai } from './forms/akamai.ts';
import { azureImds } from './forms/azure-imds.ts';
import { digitalocean } from './forms/digitalocean.ts';
import { ec2 } from './forms/ec2.ts';
import { gce } from './forms/gce.ts';
import { hetzner } from './forms/hetzner.ts';
import { nocloud } from './forms/nocloud.ts';
import { openstack } from './forms/openstack.ts';
import { oracle } from './forms/oracle.ts';
import { ovf } from './forms/ovf.ts';
import { scaleway } from './forms/scaleway.ts';
import { vultr } from './forms/vultr.ts';
import type { MetadataReader } from './metadata.ts';

export const metadataForms: Readonly<Record<MetadataForm, MetadataReader>> = {
  akamai,
  'azure-imds': azureImds,
  digitalocean,
  ec2,
  gce,
  hetzner,
  nocloud,
  openstack,
  oracle,
  ovf,
  scaleway,
  vultr,
};
