// Ansible: a playbook that looks whether the files are whole, and brings them to OpenStack and vSphere.
import { stringify } from 'yaml';
import { describeGlanceImage } from '../cloud/glance.ts';
import { type DeployedOutput, type DeploymentFacts, defineDeployment } from './deployment.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

export const ansible = defineDeployment({
  name: 'ansible',
  summary: 'a playbook that checks the files and makes images and machines of OpenStack and vSphere',
  suffix: '-ansible.yaml',
  formats: ['openstack', 'vsphere'],
  render(facts) {
    const { os, outputs } = facts;
    const tasks = [
      ...(outputs.has('openstack') ? openstack(outputs.get('openstack')!, facts) : []),
      ...(outputs.has('vsphere') ? vsphere(outputs.get('vsphere')!, facts) : []),
    ];
    const play = { name: `${os.name} ${os.version}`, hosts: 'localhost', gather_facts: false, tasks };
    return stringify([play], { lineWidth: 0, aliasDuplicateObjects: false });
  },
});

function check({ files: [{ file, size, sha256 }] }: DeployedOutput): object[] {
  return [
    {
      name: `Look at ${file}`,
      'ansible.builtin.stat': { path: `{{ playbook_dir }}/${file}`, checksum_algorithm: 'sha256' },
      register: 'found',
    },
    {
      name: `It is the file that was built`,
      'ansible.builtin.assert': {
        that: ['found.stat.exists', `found.stat.size == ${size}`, `found.stat.checksum == "${sha256}"`],
      },
    },
  ];
}

function openstack(output: DeployedOutput, { os, arch }: DeploymentFacts): object[] {
  const { properties, ...image } = describeGlanceImage({
    name: output.imageName,
    version: os.version,
    arch,
    firmware: output.firmware,
    minDisk: Math.ceil(output.disk / GiB),
    minMemory: output.memory / MiB,
  });
  const filename = `{{ playbook_dir }}/${output.files[0].file}`;
  return [
    ...check(output),
    {
      name: 'Make the image',
      'openstack.cloud.image': { state: 'present', ...image, filename, properties },
    },
    {
      name: 'Make a machine',
      'openstack.cloud.server': {
        state: 'present',
        name: os.id,
        image: image.name,
        flavor: '{{ openstack_flavor }}',
        network: '{{ openstack_network }}',
        key_name: '{{ openstack_key_name }}',
        config_drive: true,
        userdata: "{{ lookup('file', 'user-data.yaml') }}",
      },
    },
  ];
}

function vsphere(output: DeployedOutput, { os }: DeploymentFacts): object[] {
  return [
    ...check(output),
    {
      name: 'Make a machine of vSphere',
      'community.vmware.vmware_deploy_ovf': {
        name: os.id,
        ova: `{{ playbook_dir }}/${output.files[0].file}`,
        datacenter: '{{ vsphere_datacenter }}',
        datastore: '{{ vsphere_datastore }}',
        networks: { 'VM Network': '{{ vsphere_network }}' },
        disk_provisioning: 'thin',
        inject_ovf_env: true,
        properties: {
          'guestinfo.hostname': os.id,
          'guestinfo.userdata': "{{ lookup('file', 'user-data.yaml') | b64encode }}",
          'guestinfo.userdata.encoding': 'base64',
        },
      },
    },
  ];
}
