// OpenStack Heat: the image, from where it is served, and a machine of it.
import { stringify } from 'yaml';
import { describeGlanceImage } from '../cloud/glance.ts';
import { defineDeployment, describeFile } from './deployment.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

export const heat = defineDeployment({
  name: 'heat',
  summary: 'the image and a machine of OpenStack, as a template of Heat',
  suffix: '-heat.yaml',
  formats: ['openstack'],
  render({ os, arch, outputs }) {
    const { files, imageName, firmware, disk, memory } = outputs.get('openstack')!;
    const image = describeGlanceImage({
      name: imageName,
      version: os.version,
      arch,
      firmware,
      minDisk: Math.ceil(disk / GiB),
      minMemory: memory / MiB,
    });
    const parameter = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
    return stringify(
      {
        heat_template_version: '2018-08-31',
        description: `${os.name} ${os.version}; ${describeFile(files[0])}`,
        parameters: {
          location: parameter(`Where Glance fetches ${files[0].file} from: an address.`),
          flavor: parameter(`At least ${image.min_disk} GiB of disk and ${image.min_ram} MiB of memory.`),
          network: parameter('The network that the machine is on.'),
          key_name: parameter('A key pair.'),
        },
        resources: {
          image: {
            type: 'OS::Glance::WebImage',
            properties: {
              name: image.name,
              location: { get_param: 'location' },
              disk_format: image.disk_format,
              container_format: image.container_format,
              min_disk: image.min_disk,
              min_ram: image.min_ram,
              extra_properties: image.properties,
            },
          },
          server: {
            type: 'OS::Nova::Server',
            properties: {
              name: os.id,
              image: { get_resource: 'image' },
              flavor: { get_param: 'flavor' },
              key_name: { get_param: 'key_name' },
              config_drive: true,
              // The default wraps user-data into MIME of its own.
              user_data_format: 'RAW',
              user_data: { get_file: 'user-data.yaml' },
              networks: [{ network: { get_param: 'network' } }],
            },
          },
        },
        outputs: {
          addresses: { description: 'Of the machine.', value: { get_attr: ['server', 'addresses'] } },
        },
      },
      { lineWidth: 0, aliasDuplicateObjects: false },
    );
  },
});
