// What people write from habit, of Docker, compose and LinuxKit, and what it is here: one line for one more. Looked up
// before the nearest name is proposed.

/** Keys of a spec, by what they are called elsewhere. */
export const keySynonyms: Readonly<Record<string, string>> = {
  build:
    'No Dockerfile is built here. Write image: docker-archive:FILE, or image: ./DIRECTORY for a component.',
  cap_add: 'Write capabilities: [CAP_NET_ADMIN].',
  cap_drop: 'There are no capabilities but those of "capabilities". Remove it.',
  container_name: 'Write name.',
  cpus: 'Write resources: {cpu: {quota: 50000, period: 100000}}.',
  deploy: 'Limits go into resources: {memory: {limit: 268435456}}.',
  dns: 'Name servers are those of the machine: /etc/resolv.conf. Remove it.',
  entrypoint: 'Write command: the whole command line, as in command: [/bin/app, --flag].',
  env_file: 'Write its lines into env: [NAME=VALUE].',
  environment: 'Write env: [NAME=VALUE].',
  expose: 'A container shares the machine’s network: what it listens on is open. Remove it.',
  healthcheck: 'Write health: {command: [/bin/check]}, or with http, tcp or file.',
  labels: 'Containers have no labels here. Remove it.',
  logging: 'What a service prints is in /var/log/NAME. Remove it.',
  mem_limit: 'Write resources: {memory: {limit: 268435456}}.',
  modules: 'Modules are loaded by a component’s own component.yml.',
  network_mode: 'Write net: host, new, or the path of a namespace.',
  networks: 'Write net: host, new, or the path of a namespace.',
  packages: 'Packages make components: a directory with a component.yml. Write image: ./DIRECTORY.',
  ports: 'A container shares the machine’s network: what it listens on is open. Remove it.',
  privileged: 'Write capabilities: [all], with net, pid and ipc: host where it needs them.',
  read_only: 'Write readonly: true.',
  security_opt: 'Write seccomp: default and apparmor: default.',
  stop_grace_period: 'Write stop: {timeout: 30s}.',
  stop_signal: 'Write stop: {signal: SIGQUIT}.',
  sysctls: 'Write sysctl.',
  ulimits: 'Write rlimits: ["nofile,1024,4096"].',
  user: 'Write uid: 1000 and gid: 1000.',
  users: 'Users are a component’s: a directory with a component.yml.',
  volumes: 'Write binds: ["/var/lib/app:/data"] and, so that it is there, runtime: {mkdir: [/var/lib/app]}.',
  working_dir: 'Write cwd.',
};

/** Keys of a component.yml, by what people take them for. */
export const componentSynonyms: Readonly<Record<string, string>> = {
  binds: 'Write runtime: {binds: ["/var/lib/app:/data"]}.',
  capabilities: 'Write runtime: {capabilities: [CAP_NET_ADMIN]}.',
  cmd: 'Write config: {cmd: [--flag]}.',
  command: 'Write config: {entrypoint: [/usr/bin/app, --flag]}.',
  dependencies: 'Write packages: [NAME]. What they depend on comes by itself.',
  entrypoint: 'Write config: {entrypoint: [/usr/bin/app, --flag]}.',
  env: 'Write config: {env: {PATH: /usr/sbin:/usr/bin}}.',
  environment: 'Write config: {env: {PATH: /usr/sbin:/usr/bin}}.',
  image: 'A component is made of packages and files. An image that is there already, the spec names itself.',
  name: 'A component is called as its directory is. Remove it.',
  net: 'Write runtime: {net: host}.',
  run: 'Nothing is run while a component is built. Write what it would make into tree, files or symlinks.',
  services: 'Services are in the spec, which names this component: image: ./DIRECTORY.',
  version: 'A component has no version: the lock file holds its packages. Remove it.',
};

/** What is missing, where an example alone would not help. */
export const missingKeys: Readonly<Record<string, string>> = {
  image: 'Add image: component:NAME, ./DIRECTORY with a component.yml, or REGISTRY/NAME:TAG.',
  summary: 'Add summary: and, in a line, what it is.',
};

export const commandSynonyms: Readonly<Record<string, string>> = {
  clean: 'Did you mean `catamaran cache gc`?',
  export: 'Did you mean `catamaran image export`?',
  images: 'Did you mean `catamaran image ls`?',
  list: 'Did you mean `catamaran component list` or `catamaran image ls`?',
  ls: 'Did you mean `catamaran component list` or `catamaran image ls`?',
  metadata: 'Write files: [{path: …, contents: …}] into the spec.',
  new: 'Did you mean `catamaran init` or `catamaran component init`?',
  pkg: 'Did you mean `catamaran component build ./DIRECTORY`?',
  prune: 'Did you mean `catamaran cache gc`?',
  publish: 'Did you mean `catamaran release add`?',
  pull: 'Did you mean `catamaran image pull`?',
  push: 'Did you mean `catamaran component push`? Releases: `catamaran release add`.',
  serve: 'Releases are plain files: any web server serves them.',
  start: 'Did you mean `catamaran run`?',
  status: 'Did you mean `catamaran release status`? Of a machine: `catamaran ssh -- catamaran-agent status`.',
  up: 'Did you mean `catamaran run`?',
  update: 'Did you mean `catamaran lock --update`? On the machine: `catamaran-agent update`.',
  upgrade: 'Did you mean `catamaran lock --update`?',
  validate: 'Did you mean `catamaran check`?',
  version: 'Did you mean `catamaran --version`?',
};

/** What LinuxKit's `run` has in front of what is run. */
export const runBackends: readonly string[] = [
  'hyperkit',
  'hyperv',
  'qemu',
  'vbox',
  'virtualization',
  'vmware',
];

export const optionSynonyms: Readonly<Record<string, string>> = {
  '--decompress-kernel': 'A kernel is taken as it is. Leave it out.',
  '--dir': 'Did you mean --out?',
  '--disable-content-trust': 'The lock file holds every image to its digest. Leave it out.',
  '--docker':
    'Images come from registries and archives: `docker save -o FILE`, and docker-archive:FILE in the spec.',
  '--mem': 'Did you mean --memory?',
  '--no-cache': 'What changed is built anew by itself. For another cache: --cache DIR.',
  '--output': 'Did you mean --out?',
  '--platform': 'Did you mean --arch?',
  '--pull': 'The lock file says what is fetched: `catamaran lock --update` looks for newer images.',
  '--size': 'The sizes of a disk are in the spec: disk: {slot: 512M, data: 1G}.',
  '-d': 'Did you mean --out?',
  '-o': 'Did you mean --out?',
};

export const formatSynonyms: Readonly<Record<string, string>> = {
  img: 'Did you mean "raw"?',
  initrd: 'Did you mean "kernel+initrd"?',
  squashfs: 'Did you mean "kernel+squashfs"?',
};

/** LinuxKit's options have one dash: `-format`. An option that the command does not have is not proposed. */
export function optionHint(option: string, known: readonly string[]): string | undefined {
  const long = option.replace(/^-(?=[^-].)/, '--');
  if (known.includes(long)) return `Did you mean ${long}?`;
  const hint = hintFor(optionSynonyms, long);
  const proposed = /^Did you mean (.*)\?$/.exec(hint ?? '')?.[1];
  return proposed === undefined || known.includes(proposed) ? hint : undefined;
}

export function hintFor(synonyms: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
}
