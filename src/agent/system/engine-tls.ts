// `docker.tls`: the people's Docker on port 2376 too, for who has a certificate of the machine's own authority. In Docker's own
// settings, of which no others are touched.
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { putDurably } from '../update/durable.ts';

export const tlsDirectory = '/etc/docker/tls';
const settingsPath = '/etc/docker/daemon.json';
const ours = {
  hosts: ['unix:///run/docker.sock', 'tcp://0.0.0.0:2376'],
  tlsverify: true,
  tlscacert: `${tlsDirectory}/ca.pem`,
  tlscert: `${tlsDirectory}/server.pem`,
  tlskey: `${tlsDirectory}/server-key.pem`,
};

/** True where Docker has to be started anew. */
export function setEngineTls(host: Host, wanted: boolean): boolean {
  const before = readDaemonSettings(host);
  const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !(key in ours)));
  const isOurs = JSON.stringify(before.hosts) === JSON.stringify(ours.hosts);
  if (!wanted && !isOurs) return false;
  const after = wanted ? { ...kept, ...ours } : kept;
  if (JSON.stringify(after) === JSON.stringify(before)) return false;
  putDurably(host, settingsPath, `${JSON.stringify(after, undefined, 2)}\n`);
  return true;
}

export function restartEngine(host: Host): void {
  runOrThrow(host, ['sv', '-w', '60', 'restart', '/run/service/docker']);
}

function readDaemonSettings(host: Host): Record<string, unknown> {
  const text = host.readText(settingsPath);
  try {
    return JSON.parse(text ?? '{}') as Record<string, unknown>;
  } catch {
    throw new AgentError(`${settingsPath} is not JSON`, {
      code: 'docker-tls',
      fault: 'usage',
      hint: 'Correct it, or remove it.',
    });
  }
}
