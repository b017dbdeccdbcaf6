// Where a platform keeps what its user gives a machine, by the names that its entry in the table lists in order.

export type UserDataPlace =
  /** A kernel argument with an address. */
  | { readonly at: 'argument'; readonly name: string }
  /** QEMU's fw_cfg, /sys/firmware/qemu_fw_cfg/by_name/KEY/raw. */
  | { readonly at: 'firmware'; readonly key: string }
  /** A file on a labelled volume, a whole disk or CD or a partition. */
  | {
      readonly at: 'volume';
      readonly labels: readonly string[];
      readonly types: readonly string[];
      readonly path: string;
    }
  /** Answers on the link alone. `session`: what is put first, and the header that its answer goes into. */
  | {
      readonly at: 'http';
      readonly urls: readonly string[];
      readonly headers: Readonly<Record<string, string>>;
      readonly session?: {
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly header: string;
      };
      readonly encoding?: 'base64';
    }
  /** A variable that the hypervisor answers for; `encoding`: the variable that says how it is written. */
  | { readonly at: 'guestinfo' | 'guest-property' | 'kvp'; readonly key: string; readonly encoding?: string };

const metadata = 'http://169.254.169.254';

export const userDataSources = {
  argument: { at: 'argument', name: 'catamaran.config' },
  'fw-cfg': { at: 'firmware', key: 'opt/org.catamaran/config' },
  nocloud: { at: 'volume', labels: ['cidata', 'CIDATA'], types: ['vfat', 'iso9660'], path: 'user-data' },
  'config-drive': {
    at: 'volume',
    labels: ['config-2', 'CONFIG-2'],
    types: ['iso9660', 'vfat'],
    path: 'openstack/latest/user_data',
  },
  /** The provisioning DVD: CustomData in base64, within the XML. */
  'azure-dvd': { at: 'volume', labels: [], types: ['udf'], path: 'ovf-env.xml' },
  openstack: {
    at: 'http',
    urls: [`${metadata}/openstack/latest/user_data`, 'http://[fe80::a9fe:a9fe]/openstack/latest/user_data'],
    headers: {},
  },
  /** IMDSv2. A 404 means that there is none. */
  ec2: {
    at: 'http',
    urls: [`${metadata}/latest/user-data`, 'http://[fd00:ec2::254]/latest/user-data'],
    headers: {},
    session: {
      url: `${metadata}/latest/api/token`,
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '300' },
      header: 'X-aws-ec2-metadata-token',
    },
  },
  /** LinuxKit's images read the key without a dash. */
  gce: {
    at: 'http',
    urls: ['user-data', 'userdata'].map((key) => `${metadata}/computeMetadata/v1/instance/attributes/${key}`),
    headers: { 'Metadata-Flavor': 'Google' },
  },
  'azure-imds': {
    at: 'http',
    urls: [`${metadata}/metadata/instance/compute/userData?api-version=2021-01-01&format=text`],
    headers: { Metadata: 'true' },
    encoding: 'base64',
  },
  oracle: {
    at: 'http',
    urls: [`${metadata}/opc/v2/instance/metadata/user_data`],
    headers: { Authorization: 'Bearer Oracle' },
    encoding: 'base64',
  },
  digitalocean: { at: 'http', urls: [`${metadata}/metadata/v1/user-data`], headers: {} },
  hetzner: { at: 'http', urls: [`${metadata}/hetzner/v1/userdata`], headers: {} },
  /** Amazon's paths without a session: CloudStack's own, which others serve too. */
  'ec2-plain': { at: 'http', urls: [`${metadata}/latest/user-data`], headers: {} },
  vultr: { at: 'http', urls: [`${metadata}/user-data/user-data`], headers: {} },
  /** Answered to a client whose port is below 1024. */
  scaleway: { at: 'http', urls: ['http://169.254.42.42/user_data/cloud-init'], headers: {} },
  akamai: {
    at: 'http',
    urls: [`${metadata}/v1/user-data`],
    headers: {},
    session: {
      url: `${metadata}/v1/token`,
      headers: { 'Metadata-Token-Expiry-Seconds': '300' },
      header: 'Metadata-Token',
    },
    encoding: 'base64',
  },
  guestinfo: { at: 'guestinfo', key: 'guestinfo.userdata', encoding: 'guestinfo.userdata.encoding' },
  'guest-property': { at: 'guest-property', key: '/Catamaran/Config' },
  kvp: { at: 'kvp', key: 'userdata' },
} as const satisfies Readonly<Record<string, UserDataPlace>>;

export type UserDataSource = keyof typeof userDataSources;
