// Where a platform keeps what its user gives a machine and what it says of the machine itself, by the names that its entry
// in the table lists in order. Pure data: src/agent/provision has a reader for each kind of place, src/contract/metadata one
// for each form.

/** What a place holds, by what it is for. Those that a form alone knows have names of their own. */
export type DocumentRole =
  | 'user-data'
  | 'vendor-data'
  | 'meta-data'
  | 'network'
  | 'hostname'
  | 'instance-id'
  | 'keys'
  | 'more-keys';

/** Paths on a volume, below a base address, or of a hypervisor's variables. */
export type DocumentPaths = Readonly<Partial<Record<DocumentRole, string>>>;

/** How the documents of a place are written: src/contract/metadata/forms. */
export type MetadataForm =
  | 'akamai'
  | 'azure-imds'
  | 'digitalocean'
  | 'ec2'
  | 'gce'
  | 'hetzner'
  | 'nocloud'
  | 'openstack'
  | 'oracle'
  | 'ovf'
  | 'scaleway'
  | 'vultr';

interface Held {
  readonly documents: DocumentPaths;
  readonly form: MetadataForm;
  /** Without this one the place is not there. */
  readonly required: DocumentRole;
}

export interface HttpPlace extends Held {
  readonly at: 'http';
  /** Answered on the link alone; asked at once, and the first that answers counts. */
  readonly bases: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** What is put first, and the header that its answer goes into. */
  readonly session?: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly header: string;
  };
  /** Answered to a client whose port is below 1024. */
  readonly lowPort?: true;
}

export interface VolumePlace extends Held {
  readonly at: 'volume';
  /** None: of any label. A whole disk or CD or a partition. */
  readonly labels: readonly string[];
  readonly types: readonly VolumeType[];
  /** Another source has more to say, even if this one is there. */
  readonly partial?: true;
}

export type VolumeType = 'iso9660' | 'udf' | 'vfat';

export type UserDataPlace =
  /** A kernel argument with an address. */
  | { readonly at: 'argument'; readonly name: string }
  /** Kernel argument or SMBIOS serial number `ds=nocloud;s=URL`. */
  | { readonly at: 'seed' }
  /** Files of the machine's own, of which the first that is there counts. */
  | { readonly at: 'file'; readonly paths: readonly string[] }
  /** QEMU's fw_cfg, /sys/firmware/qemu_fw_cfg/by_name/KEY/raw. */
  | { readonly at: 'firmware'; readonly keys: readonly string[] }
  /** Texts of SMBIOS, type 11: `KEY=TEXT`, or systemd's credentials of that name. */
  | { readonly at: 'smbios'; readonly key: string }
  | VolumePlace
  | HttpPlace
  /** Variables that a hypervisor answers for, by the program that asks it. */
  | { readonly at: 'guestinfo' }
  | { readonly at: 'guest-property'; readonly key: string }
  | { readonly at: 'kvp'; readonly key: string };

const metadata = 'http://169.254.169.254';

/** On a volume `cidata`, or below the address of a `ds=nocloud`. */
export const nocloudDocuments = {
  documents: {
    'user-data': 'user-data',
    'meta-data': 'meta-data',
    'vendor-data': 'vendor-data',
    network: 'network-config',
  },
  form: 'nocloud',
  required: 'user-data',
} as const;

export const userDataSources = {
  argument: { at: 'argument', name: 'catamaran.config' },
  /** Of a live system that was booted from an ISO. */
  'config-area': { at: 'file', paths: ['/run/catamaran/config'] },
  /** On the EFI system partition of disk or stick, where any computer can put it. */
  'boot-medium': {
    at: 'volume',
    labels: ['ESP'],
    types: ['vfat'],
    documents: { 'user-data': 'catamaran/user-data' },
    form: 'nocloud',
    required: 'user-data',
    partial: true,
  },
  /** On the data medium: what the installer was given, or somebody has put there. */
  file: { at: 'file', paths: ['/var/lib/catamaran/config/user-data'] },
  'fw-cfg': { at: 'firmware', keys: ['opt/org.catamaran/config', 'opt/com.coreos/config'] },
  smbios: { at: 'smbios', key: 'catamaran.config' },
  seed: { at: 'seed' },
  nocloud: {
    at: 'volume',
    labels: ['cidata', 'CIDATA'],
    types: ['vfat', 'iso9660'],
    ...nocloudDocuments,
  },
  'config-drive': {
    at: 'volume',
    labels: ['config-2', 'CONFIG-2'],
    types: ['iso9660', 'vfat'],
    documents: {
      'user-data': 'openstack/latest/user_data',
      'meta-data': 'openstack/latest/meta_data.json',
      'vendor-data': 'openstack/latest/vendor_data.json',
      network: 'openstack/latest/network_data.json',
    },
    form: 'openstack',
    required: 'meta-data',
  },
  /** The provisioning DVD, which is there at the first boot alone and may lack the keys. */
  'azure-dvd': {
    at: 'volume',
    labels: [],
    types: ['udf', 'iso9660'],
    documents: { 'meta-data': 'ovf-env.xml' },
    form: 'ovf',
    required: 'meta-data',
    partial: true,
  },
  /** DSP0243's transport `iso`. */
  'ovf-cd': {
    at: 'volume',
    labels: [],
    types: ['iso9660'],
    documents: { 'meta-data': 'ovf-env.xml' },
    form: 'ovf',
    required: 'meta-data',
  },
  openstack: {
    at: 'http',
    bases: [`${metadata}/openstack/latest`, 'http://[fe80::a9fe:a9fe]/openstack/latest'],
    headers: {},
    documents: {
      'user-data': 'user_data',
      'meta-data': 'meta_data.json',
      'vendor-data': 'vendor_data.json',
      network: 'network_data.json',
    },
    form: 'openstack',
    required: 'meta-data',
  },
  /** IMDSv2. A 404 means that there is none. */
  ec2: {
    at: 'http',
    bases: [`${metadata}/latest`, 'http://[fd00:ec2::254]/latest'],
    headers: {},
    session: {
      path: 'api/token',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '300' },
      header: 'X-aws-ec2-metadata-token',
    },
    documents: {
      'user-data': 'user-data',
      'instance-id': 'meta-data/instance-id',
      hostname: 'meta-data/local-hostname',
      keys: 'meta-data/public-keys/0/openssh-key',
    },
    form: 'ec2',
    required: 'instance-id',
  },
  /** Amazon's paths without a session: CloudStack's own, which others serve too. */
  'ec2-plain': {
    at: 'http',
    bases: [`${metadata}/latest`],
    headers: {},
    documents: {
      'user-data': 'user-data',
      'instance-id': 'meta-data/instance-id',
      hostname: 'meta-data/local-hostname',
      keys: 'meta-data/public-keys/0/openssh-key',
      'more-keys': 'meta-data/public-keys',
    },
    form: 'ec2',
    required: 'instance-id',
  },
  /** The attributes as one document: LinuxKit's images read `userdata`, others `user-data`. */
  gce: {
    at: 'http',
    bases: [`${metadata}/computeMetadata/v1`],
    headers: { 'Metadata-Flavor': 'Google' },
    documents: {
      'instance-id': 'instance/id',
      hostname: 'instance/hostname',
      'meta-data': 'instance/attributes/?recursive=true&alt=json',
      'more-keys': 'project/attributes/?recursive=true&alt=json',
    },
    form: 'gce',
    required: 'instance-id',
  },
  'azure-imds': {
    at: 'http',
    bases: [`${metadata}/metadata`],
    headers: { Metadata: 'true' },
    documents: { 'meta-data': 'instance?api-version=2021-02-01&format=json' },
    form: 'azure-imds',
    required: 'meta-data',
  },
  oracle: {
    at: 'http',
    bases: [`${metadata}/opc/v2`],
    headers: { Authorization: 'Bearer Oracle' },
    documents: { 'meta-data': 'instance/' },
    form: 'oracle',
    required: 'meta-data',
  },
  digitalocean: {
    at: 'http',
    bases: [`${metadata}/metadata`],
    headers: {},
    documents: { 'meta-data': 'v1.json' },
    form: 'digitalocean',
    required: 'meta-data',
  },
  hetzner: {
    at: 'http',
    bases: [`${metadata}/hetzner/v1`],
    headers: {},
    documents: { 'user-data': 'userdata', 'meta-data': 'metadata' },
    form: 'hetzner',
    required: 'meta-data',
  },
  vultr: {
    at: 'http',
    bases: [metadata],
    headers: { 'Metadata-Token': 'cloudinit' },
    documents: { 'user-data': 'user-data/user-data', 'meta-data': 'v1.json' },
    form: 'vultr',
    required: 'meta-data',
  },
  scaleway: {
    at: 'http',
    bases: ['http://169.254.42.42'],
    headers: {},
    documents: { 'user-data': 'user_data/cloud-init', 'meta-data': 'conf?format=json' },
    form: 'scaleway',
    required: 'meta-data',
    lowPort: true,
  },
  akamai: {
    at: 'http',
    bases: [`${metadata}/v1`],
    headers: { Accept: 'application/json' },
    session: {
      path: 'token',
      headers: { 'Metadata-Token-Expiry-Seconds': '300' },
      header: 'Metadata-Token',
    },
    documents: { 'user-data': 'user-data', 'meta-data': 'instance', keys: 'ssh-keys' },
    form: 'akamai',
    required: 'meta-data',
  },
  guestinfo: { at: 'guestinfo' },
  'guest-property': { at: 'guest-property', key: '/Catamaran/Config' },
  kvp: { at: 'kvp', key: 'userdata' },
} as const satisfies Readonly<Record<string, UserDataPlace>>;

export type UserDataSource = keyof typeof userDataSources;

/** What a person has given this very machine counts before what any platform says. */
const everywhere: readonly UserDataSource[] = ['argument', 'config-area', 'file'];

/** All that a machine asks, in order. */
export function sourcesOf({ userData }: { readonly userData: readonly UserDataSource[] }): UserDataSource[] {
  return [...new Set([...everywhere, ...userData])];
}
