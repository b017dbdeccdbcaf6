// Machines that learn who they are: the same image on each platform, with its user-data and metadata where that platform has
// them. Each ends with a login by the key that came from there, under the host name that came from there. A sample always,
// the whole table by `npm run test:provision`.
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectImage } from '../../src/disk/inspect.ts';
import { buildSpec } from '../../src/output/build.ts';
import { customizeIso } from '../../src/output/media/customize.ts';
import type { PlatformName } from '../../src/platform/table.ts';
import { platforms } from '../../src/platform/table.ts';
import type { MachineOptions } from '../../src/run/arguments.ts';
import { deliver } from '../../src/run/metadata/deliver.ts';
import { type Deliver, type Instance, serve } from '../../src/run/metadata/delivery.ts';
import { configDrive, openstackService } from '../../src/run/metadata/platforms/openstack.ts';
import { startService } from '../../src/run/metadata/serve.ts';
import { deliveries } from '../../src/run/metadata/table.ts';
import { isoVolume } from '../../src/run/metadata/volumes.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { guestinfo, rpctool } from '../support/guestinfo.ts';
import { testSshKey, withMachine } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const everything = process.env.CATAMARAN_PROVISION === 'all';
const relay = {
  node: process.execPath,
  script: resolve(import.meta.dirname, '../../dist/metadata-relay-worker.js'),
};

interface Row {
  readonly name: string;
  readonly platform: PlatformName;
  readonly sample?: true;
  readonly deliver?: Deliver;
  /** What the image has for its network; `arguments`: by component:network, as the kernel's arguments say. */
  readonly network?: 'dhcp' | 'network' | 'arguments';
  /** In `ip address` of the machine. */
  readonly says?: RegExp;
  /** What it is started from; absent: a disk. */
  readonly medium?: 'iso';
  /** Beside the user-data's place: what the platform alone says. Absent: keys and name come with user-data. */
  readonly more?: (instance: Instance) => Promise<Partial<MachineOptions>>;
  /** Where the machine says that it found something. */
  readonly from: RegExp;
  /** Requests of which there has to be one. */
  readonly asked?: RegExp;
}

const includedAddress = 'http://169.254.169.254/included';
const isStatic = /inet (10\.0\.2\.15\/24|169\.254\.10\.15\/16) .*\n +valid_lft forever/;

const word = (text: string) => text.replaceAll(',', ',,');

const rows: readonly Row[] = [
  {
    name: 'openstack-static',
    platform: 'openstack',
    sample: true,
    network: 'network',
    deliver: ({ id, hostname, userData, sshKeys }) => ({
      volume: {
        as: 'disk',
        image: isoVolume('CONFIG-2', {
          'openstack/latest/meta_data.json': JSON.stringify({
            ...{ uuid: id, hostname, public_keys: { key: sshKeys[0] } },
          }),
          'openstack/latest/user_data': userData,
          'openstack/latest/network_data.json': JSON.stringify({
            links: [{ id: 'a', type: 'ovs', ethernet_mac_address: '52:54:00:12:34:56' }],
            networks: [{ link: 'a', type: 'ipv4', ip_address: '10.0.2.15', netmask: '255.255.255.0' }],
          }),
        }),
      },
    }),
    from: /config-drive: \/dev\/vd/,
    says: isStatic,
  },
  {
    name: 'openstack-drive',
    platform: 'openstack',
    deliver: configDrive,
    from: /config-drive: \/dev\/sr0/,
  },
  { name: 'openstack-service', platform: 'openstack', deliver: openstackService, from: /openstack: http/ },
  {
    name: 'ec2',
    platform: 'aws',
    sample: true,
    deliver: deliveries.aws,
    from: /ec2: http/,
    asked: /^PUT \/latest\/api\/token/,
  },
  {
    name: 'ec2-ipv6',
    platform: 'aws',
    more: async (instance) => {
      await openIpv6Service(instance);
      const net = 'user,id=six,ipv4=off,ipv6-net=fd00:ec2::/64,ipv6-host=fd00:ec2::254';
      return { extra: ['-netdev', net, '-device', 'virtio-net-pci,netdev=six,romfile='] };
    },
    from: /ec2: http:\/\/\[fd00:ec2::254\]/,
  },
  { name: 'gce', platform: 'gcp', deliver: deliveries.gcp, from: /gce: http/ },
  {
    name: 'azure',
    platform: 'azure',
    deliver: deliveries.azure,
    more: async (instance) => ({ volume: { path: await makeDvd(instance), as: 'cd' } }),
    from: /azure-dvd: \/dev\/sr0/,
    asked: /^POST \/machine\?comp=health/,
  },
  ...(['akamai', 'digitalocean', 'exoscale', 'oracle', 'vultr'] as const).map((platform) => ({
    ...{ name: platform, platform, deliver: deliveries[platform] },
    from: /: http:\/\/169\.254\.169\.254/,
  })),
  {
    ...{ name: 'scaleway', platform: 'scaleway', deliver: deliveries.scaleway },
    from: /scaleway: http:\/\/169\.254\.42\.42/,
  },
  { name: 'nutanix', platform: 'nutanix', deliver: deliveries.nutanix, from: /config-drive: \/dev\/sr0/ },
  { name: 'nocloud', platform: 'qemu', deliver: deliveries.proxmox, from: /nocloud: \/dev\/vd/ },
  { name: 'hetzner', platform: 'hetzner', deliver: deliveries.hetzner, from: /hetzner: http/ },
  { name: 'fw-cfg', platform: 'qemu', deliver: deliveries.qemu, from: /fw-cfg: opt/ },
  {
    name: 'smbios',
    platform: 'qemu',
    more: async ({ userData }) => ({
      extra: [
        '-smbios',
        `type=11,value=${word(`catamaran.config.base64=${Buffer.from(userData!).toString('base64')}`)}`,
      ],
    }),
    from: /smbios: catamaran\.config/,
  },
  {
    name: 'vmware',
    platform: 'vsphere',
    more: async (instance) => ({ firmwareFiles: await makeVariables(instance) }),
    from: /guestinfo: vmware-rpctool/,
  },
  {
    name: 'vmware-static',
    platform: 'vsphere',
    network: 'network',
    deliver: ({ userData }) => serve({ '/included': userData }),
    more: async (instance) => ({
      firmwareFiles: await makeVariables(
        { ...instance, userData: Buffer.from(`#include\n${includedAddress}\n`) },
        {
          version: 2,
          ethernets: { lan: { match: { driver: 'virtio_net' }, addresses: ['169.254.10.15/16'] } },
        },
      ),
    }),
    from: /guestinfo: vmware-rpctool/,
    asked: /^GET \/included/,
    says: isStatic,
  },
  {
    name: 'nocloud-seed',
    platform: 'qemu',
    deliver: ({ id, hostname, userData, sshKeys }) =>
      serve({
        '/seed/user-data': userData,
        '/seed/meta-data': JSON.stringify({
          ...{ 'instance-id': id, 'local-hostname': hostname, 'public-keys': sshKeys },
        }),
      }),
    more: async () => ({
      extra: ['-smbios', 'type=1,manufacturer=QEMU,serial=ds=nocloud;s=http://169.254.169.254/seed/'],
    }),
    from: /seed: http/,
  },
  {
    name: 'arguments',
    platform: 'qemu',
    network: 'arguments',
    deliver: ({ userData }) => serve({ '/included': userData }),
    from: /argument: http/,
    says: isStatic,
  },
  {
    name: 'boot-medium',
    platform: 'metal',
    more: async ({ userData }) => ({
      image: await putOnEsp(userData!),
      extra: ['-smbios', 'type=1,manufacturer=Somebody,product=Rack'],
    }),
    from: /boot-medium: \/dev\/vda2/,
  },
  {
    name: 'config-area',
    platform: 'qemu',
    medium: 'iso',
    more: async ({ userData }) => {
      await customizeIso(iso!, { config: userData! });
      const drive = `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${iso}`;
      return { extra: ['-drive', drive, '-device', 'ide-cd,bus=ide.0,drive=medium,bootindex=0'] };
    },
    from: /config-area: \/run\/catamaran\/config/,
  },
];
const chosen = rows.filter(({ sample }) => sample || everything);

const argumentsOf = {
  ...{ dhcp: '', network: '' },
  arguments: ` catamaran.config=${includedAddress} ip=169.254.10.15:::255.255.0.0::eth0:none`,
};

const specOf = (network: NonNullable<Row['network']>) => `
os: {id: provisioned, name: Provisioned, version: 1.0.0}
kernel: {image: component:kernel, cmdline: "console=tty0 console=ttyS0 panic=-1${argumentsOf[network]}"}
init: [component:init, component:crun, component:agent, component:provision${network === 'dhcp' ? '' : ', component:network'}]
services:
${network === 'dhcp' ? '  - {name: dhcp, image: component:dhcp}' : ''}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
files:
${rpctool}
disk: {slot: 256M, data: 256M}
`;

let directory: string;
let key: SshKey;
const images = new Map<string, string>();
let iso: string | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-provision-'));
  key = await testSshKey(directory);
  for (const network of new Set(chosen.map((row) => row.network ?? 'dhcp'))) {
    const file = join(directory, `${network}.yml`);
    await writeFile(file, specOf(network));
    const wanted = chosen.some(({ medium }) => medium) && network === 'dhcp';
    const formats: ('raw' | 'iso')[] = wanted ? ['raw', 'iso'] : ['raw'];
    const request = { file, out: join(directory, network), formats, arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    images.set(network, artifacts.find(({ path }) => !/\.(json|iso)$/.test(path))!.path);
    iso ??= artifacts.find(({ path }) => path.endsWith('.iso'))?.path;
  }
}, 20 * minute);
afterAll(async () => {
  gate?.close();
  await rm(directory, { recursive: true, force: true });
});

let gate: Server | undefined;

/** QEMU leads what a machine asks of its host's IPv6 address to the same port of ::1: port 80, for which one has to be root. */
async function openIpv6Service(instance: Instance): Promise<void> {
  const { services } = await startService(deliveries.aws(instance).service!, relay);
  const port = Number(services[0]!.command.at(-1));
  gate = createServer((connection) => {
    const service = connect(port, '127.0.0.1');
    for (const socket of [connection, service]) socket.on('error', () => socket.destroy());
    connection.pipe(service).pipe(connection);
  });
  await once(gate.listen(80, '::1'), 'listening');
}

/** What the user says; the platform says name and key as well, where it has a place for them. */
function instanceOf(name: string, platformSays: boolean): Instance {
  const own = platformSays ? [] : [`hostname: ${name}`, `ssh_authorized_keys: ['${key.publicKey.trim()}']`];
  const lines = [
    '#cloud-config',
    ...own,
    'write_files:',
    `  - {path: /etc/proof, content: "of ${name}"}`,
    '',
  ];
  return {
    id: `i-${name}`,
    hostname: name,
    userData: Buffer.from(lines.join('\n')),
    sshKeys: [key.publicKey.trim()],
  };
}

/** As a person does, on a computer of another kind. */
async function putOnEsp(userData: Uint8Array): Promise<string> {
  const [disk, file] = [join(directory, 'medium.raw'), join(directory, 'on-medium')];
  await copyFile(images.get('dhcp')!, disk);
  await writeFile(file, userData);
  const { partitions } = await inspectImage(disk);
  const { offset } = partitions.find(({ label }) => label === 'esp')!;
  const tools = await hostTools();
  await tools.run('mmd', ['-i', `${disk}@@${offset}`, '::catamaran']);
  await tools.run('mcopy', ['-i', `${disk}@@${offset}`, file, '::catamaran/user-data']);
  return disk;
}

async function makeDvd({ hostname, userData }: Instance): Promise<string> {
  const [tree, path] = [join(directory, 'dvd'), join(directory, 'dvd.iso')];
  const tools = await hostTools(['tools-media']);
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree);
  await writeFile(
    join(tree, 'ovf-env.xml'),
    `<?xml version="1.0" encoding="utf-8"?><Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
<wa:ProvisioningSection><wa:Version>1.0</wa:Version><LinuxProvisioningConfigurationSet xmlns="http://schemas.microsoft.com/windowsazure">
<ConfigurationSetType>LinuxProvisioningConfiguration</ConfigurationSetType><HostName>${hostname}</HostName><UserName>azureuser</UserName>
<CustomData>${Buffer.from(userData!).toString('base64')}</CustomData></LinuxProvisioningConfigurationSet></wa:ProvisioningSection></Environment>`,
  );
  await tools.run('genisoimage', ['-quiet', '-udf', '-iso-level', '3', '-o', path, tree]);
  return path;
}

function makeVariables(
  { hostname, userData, sshKeys, id }: Instance,
  network?: object,
): Promise<Record<string, string>> {
  const metadata = JSON.stringify({
    'instance-id': id,
    'local-hostname': hostname,
    'public-keys-data': sshKeys[0],
    ...(network && { network }),
  });
  return guestinfo(directory, { userdata: userData!, metadata });
}

test.each(chosen)(
  '$name',
  async ({ name, platform, deliver: how, network = 'dhcp', medium, more, from, asked, says }) => {
    const instance = instanceOf(
      name,
      !['fw-cfg', 'smbios', 'config-area', 'arguments', 'boot-medium'].includes(name),
    );
    const delivered = await deliver(how?.(instance) ?? {}, directory, relay);
    const { smbios } = platforms[platform];
    const options = {
      ...({
        image: images.get(network),
        firmware: 'bios',
        sshPort: 0,
        smbios,
        ssh: { user: 'root', key },
      } as const),
      ...(medium === 'iso' && { image: undefined }),
      ...delivered.options,
      ...(await more?.(instance)),
    };
    try {
      await withMachine(options, async (machine) => {
        const login = await machine.ssh(
          'hostname; cat /etc/proof; echo; ip address; catamaran-agent provision --show',
          {
            limit: 10 * minute,
          },
        );
        expect(login.stdout).toMatch(new RegExp(`^${name}\nof ${name}`));
        expect(login.stdout).toMatch(says ?? /inet /);
        expect(machine.serial.text).toMatch(from);
        const { stdout } = await machine.ssh('catamaran-agent status; stat -c %a /run/catamaran/provision');
        // There are secrets in it.
        expect(stdout).toMatch(/^700$/m);
        expect(stdout).toContain(`platform   ${platform}`);
        expect(stdout).not.toContain('degraded');
        if (asked) {
          const lines = () => delivered.requests.map(({ method, path }) => `${method} ${path}`);
          await expect
            .poll(lines, { timeout: 5 * minute, interval: 1000 })
            .toContainEqual(expect.stringMatching(asked));
        }
      });
    } finally {
      await delivered.close();
    }
  },
);
