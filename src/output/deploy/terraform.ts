// Terraform and OpenTofu, HCL: an image and a machine for each of OpenStack, vSphere and EC2 that the build has an output for.
import { describeGlanceImage } from '../cloud/glance.ts';
import { describeRegistration } from '../cloud/write-aws.ts';
import { type DeployedOutput, type DeploymentFacts, defineDeployment, describeFile } from './deployment.ts';

export const terraform = defineDeployment({
  name: 'terraform',
  summary: 'images and machines of OpenStack, vSphere and EC2, for Terraform and OpenTofu',
  suffix: '.tf',
  formats: ['openstack', 'vsphere', 'aws'],
  render(facts) {
    const { outputs, os } = facts;
    const parts = [
      outputs.has('openstack') && openstack(outputs.get('openstack')!, facts),
      outputs.has('vsphere') && vsphere(outputs.get('vsphere')!, facts),
      outputs.has('aws') && aws(outputs.get('aws')!, facts),
    ];
    const head = `# ${os.name} ${os.version}\n\n${variable('user_data', 'What the machine is told: a file of user-data.', 'user-data.yaml')}`;
    return [head, ...parts.filter((part) => part !== false)].join('\n');
  },
});

const GiB = 2 ** 30;
const MiB = 2 ** 20;

function openstack({ files: [file], ...output }: DeployedOutput, { os, arch }: DeploymentFacts): string {
  const { properties, min_disk, min_ram } = describeGlanceImage({
    name: output.imageName,
    version: os.version,
    arch,
    firmware: output.firmware,
    minDisk: Math.ceil(output.disk / GiB),
    minMemory: output.memory / MiB,
  });
  const width = Math.max(...Object.keys(properties).map(({ length }) => length));
  return `${variable('openstack_flavor', `Of the machine: at least ${min_disk} GiB of disk, ${min_ram} MiB of memory.`)}
${variable('openstack_network', 'The name of the network that the machine is on.')}
${variable('openstack_key_pair', 'The name of a key pair.')}
# ${describeFile(file)}
resource "openstack_images_image_v2" "${labelOf(os.id)}" {
  name             = ${text(output.imageName)}
  container_format = "bare"
  disk_format      = "qcow2"
  local_file_path  = ${text(file.file)}
  min_disk_gb      = ${min_disk}
  min_ram_mb       = ${min_ram}
  properties = {
${Object.entries(properties)
  .map(([key, value]) => `    ${key.padEnd(width)} = ${text(value)}\n`)
  .join('')}  }
}

resource "openstack_compute_instance_v2" "${labelOf(os.id)}" {
  name         = ${text(os.id)}
  image_id     = openstack_images_image_v2.${labelOf(os.id)}.id
  flavor_name  = var.openstack_flavor
  key_pair     = var.openstack_key_pair
  config_drive = true
  user_data    = file(var.user_data)
  network {
    name = var.openstack_network
  }
}
`;
}

function vsphere({ files: [file], ...output }: DeployedOutput, { os }: DeploymentFacts): string {
  const ids = ['host_system', 'datacenter', 'datastore', 'resource_pool', 'network'];
  return `${ids.map((id) => `${variable(`vsphere_${id}_id`, `vSphere’s id of the ${id.replace('_', ' ')}.`)}\n`).join('')}
# ${describeFile(file)}
resource "vsphere_virtual_machine" "${labelOf(os.id)}" {
  name             = ${text(os.id)}
  firmware         = ${text(output.firmware === 'uefi' ? 'efi' : 'bios')}
  host_system_id   = var.vsphere_host_system_id
  datacenter_id    = var.vsphere_datacenter_id
  datastore_id     = var.vsphere_datastore_id
  resource_pool_id = var.vsphere_resource_pool_id
  ovf_deploy {
    local_ovf_path    = ${text(file.file)}
    disk_provisioning = "thin"
    ovf_network_map = {
      "VM Network" = var.vsphere_network_id
    }
  }
  vapp {
    properties = {
      "guestinfo.hostname"          = ${text(os.id)}
      "guestinfo.userdata"          = base64encode(file(var.user_data))
      "guestinfo.userdata.encoding" = "base64"
    }
  }
}
`;
}

function aws({ files: [file], ...output }: DeployedOutput, { os, arch }: DeploymentFacts): string {
  const volumeSize = Math.ceil(output.disk / GiB);
  const image = describeRegistration({
    name: output.imageName,
    description: `${os.name} ${os.version}`,
    arch,
    volumeSize,
  });
  return `${variable('aws_snapshot_id', `The snapshot that ${file.file} was written to.`)}
${variable('aws_instance_type', 'Of the machine.', 't3.small')}
# ${describeFile(file)}
resource "aws_ami" "${labelOf(os.id)}" {
  name                = ${text(image.Name)}
  description         = ${text(image.Description)}
  architecture        = ${text(image.Architecture)}
  virtualization_type = ${text(image.VirtualizationType)}
  root_device_name    = ${text(image.RootDeviceName)}
  boot_mode           = ${text(image.BootMode)}
  imds_support        = ${text(image.ImdsSupport)}
  sriov_net_support   = ${text(image.SriovNetSupport)}
  ena_support         = true
  ebs_block_device {
    device_name = ${text(image.RootDeviceName)}
    snapshot_id = var.aws_snapshot_id
    volume_size = ${volumeSize}
    volume_type = "gp3"
  }
}

resource "aws_instance" "${labelOf(os.id)}" {
  ami           = aws_ami.${labelOf(os.id)}.id
  instance_type = var.aws_instance_type
  user_data     = file(var.user_data)
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}
`;
}

function variable(name: string, description: string, value?: string): string {
  const fallback = value === undefined ? '' : `  default     = ${text(value)}\n`;
  return `variable "${name}" {
  type        = string
  description = ${text(description)}
${fallback}}
`;
}

/** HCL's quoted template, in which nothing is a template. */
const text = (value: string): string =>
  JSON.stringify(value).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);

const labelOf = (id: string): string => id.replaceAll('-', '_');
