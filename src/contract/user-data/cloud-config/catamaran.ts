// Ours, `catamaran:`: containers beside those of the image, registries, updates, health, network, firewall.

import type { Findings } from '../../document/finding.ts';
import { list, mapping, type Read, record } from '../../document/shape/collections.ts';
import { channelName, containerName, duration, webAddress } from '../../document/shape/forms.ts';
import { choice, text, truth } from '../../document/shape/scalars.ts';
import { about } from '../../document/shape/shape.ts';
import type { UserHealthCheck } from '../machine-config.ts';
import { addServices, composeShape, servicesShape } from '../services.ts';
import { firewallShape } from './firewall.ts';
import { networkSection } from './network.ts';
import { section } from './section.ts';

const span = text(duration);
const window =
  /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?(,(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?){0,6} )?([01]?\d|2[0-3]):[0-5]\d\/\d{1,5}[hm]$/;

const checkFields = {
  name: about('For messages.', text()),
  timeout: about('How long one try may take.', span),
  http: about('An address that must answer with 200 to 299.', text(webAddress)),
  tcp: about(
    'HOST:PORT that must take a connection.',
    text({ pattern: /^\S{1,255}:\d{1,5}$/, rule: 'HOST:PORT', example: '127.0.0.1:22' }),
  ),
  command: about('A command that must end with 0.', list(text())),
  service: about('In whose container the command runs.', text(containerName)),
  file: about('A file that must be there.', text({ pattern: /^\/[^\0\n]{1,1000}$/, rule: 'a path' })),
} as const;

const reboot = mapping({
  strategy: about('When the machine reboots into an update.', choice('immediate', 'window', 'manual')),
  window: about(
    'Days, time and length.',
    text({ pattern: window, rule: 'days, a time and a length', example: 'Sun 03:00/2h' }),
  ),
});

export const catamaran = section({
  fields: {
    catamaran: about(
      'Settings of Catamaran’s machines.',
      mapping({
        services: about('Containers beside those of the image.', servicesShape),
        compose: about('A compose file.', composeShape),
        network: about('Network, as netplan has it.', networkSection),
        firewall: about('What the machine lets in.', firewallShape),
        update: about(
          'Where updates come from, and when the machine may reboot.',
          mapping({
            url: about('Address of the releases.', text(webAddress)),
            channel: about('Channel to follow.', text(channelName)),
            ring: about(
              'Place in a rollout: canary, normal, late or a number.',
              text({ pattern: /^(canary|normal|late|\d{1,4})$/, rule: 'canary, normal, late or a number' }),
            ),
            interval: about(
              'How often to look.',
              text({ pattern: /^\d{1,6}[smhd]$/, rule: 'a span of time', example: '1h' }),
            ),
            reboot,
          }),
        ),
        health: about(
          'What a new version must pass before it is kept.',
          mapping({
            deadline: about('How long the checks may take to pass.', span),
            checks: about('Checks; all must pass.', list(mapping(checkFields))),
          }),
        ),
        registries: about(
          'Registries by their host names.',
          record(
            mapping({
              mirrors: about('Asked before it.', list(text(webAddress))),
              username: about('User.', text()),
              password: about('Password or token.', text()),
              insecure: about('Whether it may be asked without TLS.', truth),
            }),
          ),
        ),
      }),
    ),
  },
  apply({ catamaran }, draft, findings) {
    if (!catamaran) return;
    const { compose, network, firewall, update, health, registries, at } = catamaran;
    if (compose?.services) addServices(compose.services, draft, findings);
    if (catamaran.services) addServices(catamaran.services, draft, findings);
    if (network) draft.set('network', network, at);
    if (firewall) draft.set('firewall', firewall.firewall, firewall.at);
    if (update) {
      const { url, channel, ring, interval, reboot } = update;
      const strategy = reboot?.strategy ?? (reboot?.window === undefined ? undefined : 'window');
      if (strategy === 'window' && reboot?.window === undefined)
        findings.error(
          reboot!.at,
          'has the strategy window, and no window',
          'Add window, such as "Sun 03:00/2h".',
        );
      const given = { url, channel, ring, interval, reboot: strategy, window: reboot?.window };
      draft.update = {
        ...draft.update,
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      };
    }
    if (health) {
      const { deadline, checks = [] } = health;
      const read = checks.flatMap((each) => checkOf(each, findings) ?? []);
      draft.set('health', { ...(deadline !== undefined && { deadline }), checks: read }, health.at);
    }
    for (const [name, { mirrors = [], username, password, insecure = false, at: place }] of registries ??
      []) {
      if ((username === undefined) !== (password === undefined))
        findings.error(place, 'has a user without a password, or a password without a user', 'Write both.');
      const credentials =
        username !== undefined && password !== undefined ? { credentials: { username, password } } : {};
      draft.addRegistry({ name, mirrors, insecure, ...credentials });
    }
  },
});

function checkOf(read: Read<typeof checkFields>, findings: Findings): UserHealthCheck | undefined {
  const { name, timeout, http, tcp, command, service, file, at } = read;
  const probes: UserHealthCheck['probe'][] = [
    ...(http === undefined ? [] : [{ kind: 'http' as const, url: http }]),
    ...(tcp === undefined ? [] : [{ kind: 'tcp' as const, address: tcp }]),
    ...(command === undefined
      ? []
      : [{ kind: 'command' as const, command, ...(service !== undefined && { service }) }]),
    ...(file === undefined ? [] : [{ kind: 'file' as const, path: file }]),
  ];
  if (probes.length === 1)
    return {
      ...(name !== undefined && { name }),
      ...(timeout !== undefined && { timeout }),
      probe: probes[0]!,
    };
  findings.error(at, `has ${probes.length} of http, tcp, command and file`, 'Write exactly one of them.');
  return undefined;
}
