// Several configurations of one machine as one: what its platform says, what its vendor wants, what its user wants. The later
// one counts where both speak of one thing; keys are kept from all of them.
import type { Given } from '../metadata/metadata.ts';
import type { MachineConfig } from './machine-config.ts';

/** Of nobody's word. */
export const emptyConfig = (): MachineConfig => ({
  users: [],
  groups: [],
  sshKeys: [],
  directories: [],
  files: [],
  links: [],
  units: [],
  sysctl: {},
  modules: [],
  kernelArguments: { add: [], remove: [] },
  disks: [],
  filesystems: [],
  mounts: [],
  certificates: { add: [], removeDefaults: false },
  proxy: {},
  environment: {},
  commands: { boot: [], run: [] },
  services: [],
  engine: { arguments: [] },
  registries: [],
  update: {},
});

/** What a platform says, in the words in which a user would say it. */
export function configOf({ hostname, sshKeys = [], network }: Given): MachineConfig {
  const name = hostname?.split('.', 1)[0];
  return {
    ...emptyConfig(),
    ...(name !== undefined && name !== '' && { hostname: name }),
    ...(hostname?.includes('.') && { fqdn: hostname }),
    ...(network && { network }),
    sshKeys,
  };
}

export function mergeConfigs(under: MachineConfig, over: MachineConfig): MachineConfig {
  const { fqdn: _, ...nameless } = under;
  const below = over.hostname === undefined && over.fqdn === undefined ? under : nameless;
  const by = <K extends 'users' | 'groups' | 'units' | 'services' | 'registries'>(key: K) =>
    replaced<{ readonly name: string }>(
      under[key],
      over[key],
      ({ name }) => name,
    ) as unknown as MachineConfig[K];
  const taken = new Set([...over.directories, ...over.files, ...over.links].map(({ path }) => path));
  const paths = <T extends { readonly path: string }>(lower: readonly T[], upper: readonly T[]) => [
    ...lower.filter(({ path }) => !taken.has(path)),
    ...upper,
  ];
  return {
    ...below,
    ...over,
    users: by('users'),
    groups: by('groups'),
    units: by('units'),
    services: by('services'),
    registries: by('registries'),
    sshKeys: [...new Set([...under.sshKeys, ...over.sshKeys])],
    directories: paths(under.directories, over.directories),
    files: paths(under.files, over.files),
    links: paths(under.links, over.links),
    sysctl: { ...under.sysctl, ...over.sysctl },
    modules: [...new Set([...under.modules, ...over.modules])],
    kernelArguments: {
      add: [...under.kernelArguments.add, ...over.kernelArguments.add],
      remove: [...under.kernelArguments.remove, ...over.kernelArguments.remove],
    },
    disks: replaced(under.disks, over.disks, ({ device }) => device),
    filesystems: replaced(under.filesystems, over.filesystems, (each) => `${each.device} ${each.partition}`),
    mounts: replaced(under.mounts, over.mounts, ({ path }) => path),
    certificates: {
      add: [...under.certificates.add, ...over.certificates.add],
      removeDefaults: under.certificates.removeDefaults || over.certificates.removeDefaults,
    },
    proxy: { ...under.proxy, ...over.proxy },
    environment: { ...under.environment, ...over.environment },
    commands: {
      boot: [...under.commands.boot, ...over.commands.boot],
      run: [...under.commands.run, ...over.commands.run],
    },
    engine: {
      ...under.engine,
      ...over.engine,
      arguments: [...under.engine.arguments, ...over.engine.arguments],
    },
    update: { ...under.update, ...over.update },
  };
}

function replaced<T>(under: readonly T[], over: readonly T[], keyOf: (each: T) => string): T[] {
  const taken = new Set(over.map(keyOf));
  return [...under.filter((each) => !taken.has(keyOf(each))), ...over];
}
