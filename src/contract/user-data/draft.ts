// A MachineConfig while it is being read. Where two parts of the user-data say different things of one thing, the later
// one counts, and a note says so.
import type { Findings, Place } from '../document/finding.ts';
import type {
  Directory,
  Disk,
  Engine,
  File,
  Filesystem,
  Group,
  Link,
  MachineConfig,
  Mount,
  Registry,
  Service,
  Unit,
  UpdateSettings,
  User,
  UserCommand,
} from './machine-config.ts';

/** What is set as a whole. */
type Single =
  | 'hostname'
  | 'fqdn'
  | 'timezone'
  | 'sshPasswords'
  | 'swap'
  | 'ntp'
  | 'power'
  | 'phoneHome'
  | 'finalMessage'
  | 'network'
  | 'firewall'
  | 'console'
  | 'health';

export class Draft {
  readonly #findings: Findings;
  readonly #single: { -readonly [K in Single]?: MachineConfig[K] } = {};
  readonly #origins = new Map<string, Place>();
  readonly #users = new Map<string, User>();
  readonly #groups = new Map<string, Group>();
  /** Directories, files and links by their paths: one path has one of them. */
  readonly #paths = new Map<string, Directory | File | Link>();
  readonly #units = new Map<string, Unit>();
  readonly #services = new Map<string, Service>();
  readonly #registries = new Map<string, Registry>();
  readonly sshKeys = new Set<string>();
  readonly sysctl = new Map<string, string>();
  readonly environment = new Map<string, string>();
  readonly modules = new Set<string>();
  readonly kernelArguments = { add: [] as string[], remove: [] as string[] };
  readonly disks: Disk[] = [];
  readonly filesystems: Filesystem[] = [];
  readonly mounts: Mount[] = [];
  readonly certificates = {
    add: [] as MachineConfig['certificates']['add'][number][],
    removeDefaults: false,
  };
  readonly commands = { boot: [] as UserCommand[], run: [] as UserCommand[] };
  proxy: MachineConfig['proxy'] = {};
  update: UpdateSettings = {};
  engine: Engine = { arguments: [] };

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  set<K extends Single>(key: K, value: MachineConfig[K], at: Place): void {
    if (this.#single[key] !== undefined && JSON.stringify(this.#single[key]) !== JSON.stringify(value))
      this.#replaced(key, key, at);
    this.#origins.set(key, at);
    this.#single[key] = value;
  }

  /** Keys of all that name one user are kept. */
  addUser(user: User, at: Place): void {
    const earlier = this.#claim('user', user.name, this.#users, at);
    const sshKeys = [...new Set([...(earlier?.sshKeys ?? []), ...user.sshKeys])];
    this.#users.set(user.name, { ...user, sshKeys });
  }

  /** Of a user whom something else describes, or who is in the image. */
  changeUser(name: string, change: Partial<User>): void {
    const user = this.#users.get(name) ?? { ...bareUser, name };
    this.#users.set(name, { ...user, ...change });
  }

  addGroup(group: Group, at: Place): void {
    const earlier = this.#groups.get(group.name);
    if (!earlier) this.#origins.set(`group ${group.name}`, at);
    this.#groups.set(group.name, {
      ...earlier,
      ...group,
      members: [...new Set([...(earlier?.members ?? []), ...group.members])],
    });
  }

  addFile(file: File, at: Place): void {
    const earlier = this.#paths.get(file.path);
    if (file.append && earlier && 'contents' in earlier) {
      this.#paths.set(file.path, { ...earlier, contents: [...earlier.contents, ...file.contents] });
      return;
    }
    this.#claim('path', file.path, this.#paths, at);
    this.#paths.set(file.path, file);
  }

  addDirectory(directory: Directory, at: Place): void {
    this.#claim('path', directory.path, this.#paths, at);
    this.#paths.set(directory.path, directory);
  }

  addLink(link: Link, at: Place): void {
    this.#claim('path', link.path, this.#paths, at);
    this.#paths.set(link.path, link);
  }

  addUnit(unit: Unit, at: Place): void {
    this.#claim('unit', unit.name, this.#units, at);
    this.#units.set(unit.name, unit);
  }

  addService(service: Service, at: Place): void {
    this.#claim('service', service.name, this.#services, at);
    this.#services.set(service.name, service);
  }

  addRegistry(registry: Registry): void {
    this.#registries.set(registry.name, registry);
  }

  finish(): MachineConfig {
    const paths = [...this.#paths.values()];
    return {
      ...this.#single,
      users: [...this.#users.values()],
      groups: [...this.#groups.values()],
      sshKeys: [...this.sshKeys],
      directories: paths.filter((each): each is Directory => !('contents' in each) && !('target' in each)),
      files: paths.filter((each): each is File => 'contents' in each),
      links: paths.filter((each): each is Link => 'target' in each),
      units: [...this.#units.values()],
      sysctl: Object.fromEntries(this.sysctl),
      modules: [...this.modules],
      kernelArguments: this.kernelArguments,
      disks: this.disks,
      filesystems: this.filesystems,
      mounts: this.mounts,
      certificates: this.certificates,
      proxy: this.proxy,
      environment: Object.fromEntries(this.environment),
      commands: this.commands,
      services: [...this.#services.values()],
      engine: this.engine,
      registries: [...this.#registries.values()],
      update: this.update,
    };
  }

  #claim<T>(kind: string, name: string, known: ReadonlyMap<string, T>, at: Place): T | undefined {
    const key = `${kind} ${name}`;
    const earlier = known.get(name);
    if (earlier !== undefined) this.#replaced(key, key, at);
    this.#origins.set(key, at);
    return earlier;
  }

  #replaced(key: string, what: string, at: Place): void {
    const origin = this.#origins.get(key);
    const where = origin
      ? ` in line ${origin.line}${origin.part === at.part ? '' : ` of ${origin.part}`}`
      : '';
    this.#findings.note(at, `takes the place of what is said of ${what}${where}`);
  }
}

/** Of whom nothing but a name is known: keys let it in, a password does not. */
export const bareUser = {
  groups: [],
  system: false,
  makeHome: true,
  makeGroup: true,
  sshKeys: [],
  locked: true,
  sudo: [],
} as const;
