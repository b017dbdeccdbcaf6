// RancherOS's and BurmillaOS's `rancher:`, as far as it has a meaning here: services, the engine, the kernel, registries.
import { decodeBase64 } from '../../../base/base64.ts';
import { decodeUtf8 } from '../../../base/utf8.ts';
import { list, mapping, record } from '../../document/shape/collections.ts';
import { consoleName, sshKey, webAddress } from '../../document/shape/forms.ts';
import { text, truth } from '../../document/shape/scalars.ts';
import { about, meaningless, orEmpty } from '../../document/shape/shape.ts';
import type { Registry } from '../machine-config.ts';
import { addServices, servicesShape } from '../services.ts';
import { commandList, commandOf } from './commands.ts';
import { modules, sysctl } from './kernel.ts';
import { networkSection } from './network.ts';
import { section } from './section.ts';

const ofImage = 'it is said when the image is built';
const address = text(webAddress);

const credentials = mapping({
  username: about('User.', text()),
  password: about('Password.', text()),
  auth: about('USER:PASSWORD in base 64.', text()),
  email: meaningless('registries do not ask for it'),
  serveraddress: meaningless('the key says it'),
});

const engine = mapping({
  args: about('Arguments of the engine.', list(text())),
  extra_args: about('Further arguments of the engine.', list(text())),
  tls: about('Whether it takes connections on port 2376 by TLS.', truth),
  tls_args: about('Arguments for TLS.', list(text())),
  storage_driver: about('How it stores layers.', text()),
  insecure_registry: about('Registries without TLS.', list(text())),
  registry_mirror: about('Mirror of Docker’s registry.', address),
  engine: meaningless(ofImage),
  environment: meaningless('variables of the machine are in rancher.environment'),
  storage_context: meaningless(ofImage),
  bridge: meaningless('the engine’s own is used'),
  bip: meaningless('the engine’s own is used', 'Write args: ["--bip=…"].'),
  log_opts: meaningless('logs are the engine’s'),
  log_driver: meaningless('logs are the engine’s'),
  host: meaningless('write it under args'),
  ca_key: meaningless('keys are made on the machine'),
  ca_cert: meaningless('keys are made on the machine'),
  server_key: meaningless('keys are made on the machine'),
  server_cert: meaningless('keys are made on the machine'),
});

export const rancher = section({
  fields: {
    rancher: about(
      'Settings of RancherOS.',
      mapping({
        services: about('Containers, as compose files have them.', servicesShape),
        services_include: meaningless(ofImage),
        bootstrap: meaningless(ofImage),
        docker: about('The container engine.', engine),
        system_docker: meaningless(ofImage),
        bootstrap_docker: meaningless(ofImage),
        console: about('The console of logins.', text(consoleName)),
        network: about('Network.', networkSection),
        ssh: about(
          'SSH.',
          mapping({
            keys: meaningless('host keys are made on the machine'),
            daemon: meaningless(ofImage),
            port: meaningless(ofImage),
            listen_address: meaningless(ofImage),
            authorized_keys: about('Public keys.', list(text(sshKey))),
          }),
        ),
        sysctl,
        modules,
        environment: about('Variables of services.', record(orEmpty(text(), ''))),
        registry_auths: about('Credentials of registries.', record(credentials)),
        state: meaningless('the data partition is the image’s'),
        upgrade: meaningless('updates are signed releases', 'Write catamaran.update.'),
        repositories: meaningless('services are written in full'),
        defaults: meaningless(ofImage),
        cloud_init: meaningless('the machine asks every platform'),
        runcmd: about('Commands.', commandList),
        debug: meaningless(ofImage),
        rm_usr: meaningless(ofImage),
        no_sharedroot: meaningless(ofImage),
        resize_device: meaningless('the data partition grows by itself'),
        preload_wait: meaningless('images of services are in the image'),
        password: meaningless('passwords are in users and chpasswd'),
        hypervisor_service: meaningless(ofImage),
        log: meaningless(ofImage),
        shutdown_timeout: meaningless('each service has its own'),
        disable: meaningless(ofImage),
        autologin: meaningless('nobody is logged in without a key or password'),
        force_console_rebuild: meaningless(ofImage),
        recovery: meaningless(ofImage),
      }),
    ),
  },
  apply({ rancher }, draft, findings) {
    if (!rancher) return;
    const { docker, registry_auths, environment, runcmd = [], ssh } = rancher;
    if (rancher.services) addServices(rancher.services, draft, findings);
    for (const [name, value] of rancher.sysctl ?? []) draft.sysctl.set(name, value);
    for (const name of rancher.modules ?? []) draft.modules.add(name);
    for (const [name, value] of environment ?? []) draft.environment.set(name, value);
    for (const key of ssh?.authorized_keys ?? []) draft.sshKeys.add(key);
    draft.commands.run.push(...runcmd.flatMap((each) => commandOf(each) ?? []));
    for (const [name, { username, password, auth, at }] of registry_auths ?? []) {
      const pair = auth === undefined ? [username ?? '', password ?? ''] : splitAuth(auth);
      if (!pair || pair[0] === '')
        findings.error(at, 'has no user and password', 'Add username and password, or auth in base 64.');
      else
        draft.addRegistry({ ...bareRegistry(name), credentials: { username: pair[0]!, password: pair[1]! } });
    }
    if (docker) {
      const {
        args = [],
        extra_args = [],
        tls_args = [],
        tls,
        storage_driver,
        insecure_registry = [],
        registry_mirror,
      } = docker;
      draft.engine = {
        arguments: [...args, ...extra_args, ...tls_args],
        ...(tls !== undefined && { tls }),
        ...(storage_driver !== undefined && { storage: storage_driver }),
      };
      for (const name of insecure_registry) draft.addRegistry({ ...bareRegistry(name), insecure: true });
      if (registry_mirror !== undefined)
        draft.addRegistry({ ...bareRegistry('docker.io'), mirrors: [registry_mirror] });
    }
    if (rancher.console !== undefined) draft.set('console', rancher.console, rancher.at);
    if (rancher.network) draft.set('network', rancher.network, rancher.at);
  },
});

function bareRegistry(name: string): Registry {
  return { name, mirrors: [], insecure: false };
}

function splitAuth(auth: string): [string, string] | undefined {
  const bytes = decodeBase64(auth);
  const pair = bytes && decodeUtf8(bytes);
  const colon = pair?.indexOf(':') ?? -1;
  return pair === undefined || colon < 0 ? undefined : [pair.slice(0, colon), pair.slice(colon + 1)];
}
