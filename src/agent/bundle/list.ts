// The bundles of a section in the order in which they start, with what catamaran.json beside each says, one on a line
// for init's scripts: `NAME required|optional` for containers that run once, `NAME SIGNAL SECONDS` for services.
import { AgentError, type Host } from '../host.ts';
import { bundlePath, type Section } from './section.ts';

const defaultStop = { signal: 'TERM', seconds: 10 };

interface Settings {
  readonly optional?: boolean;
  readonly stopSignal?: string;
  /** Seconds. */
  readonly stopTimeout?: number;
  /** Place among the services, as in the spec. */
  readonly order?: number;
}

export function listBundles(host: Host, section: Section): void {
  const names = host.listDirectory(`/containers/${section}`) ?? [];
  const bundles = names.map((name) => ({ name, settings: readSettings(host, section, name) }));
  bundles.sort((a, b) => (a.settings.order ?? 0) - (b.settings.order ?? 0));
  for (const { name, settings } of bundles) host.print(`${name} ${describe(section, settings)}`);
}

function describe(section: Section, settings: Settings): string {
  if (section !== 'services') return settings.optional ? 'optional' : 'required';
  const signal = (settings.stopSignal ?? defaultStop.signal).replace(/^SIG/, '');
  return `${signal} ${settings.stopTimeout ?? defaultStop.seconds}`;
}

function readSettings(host: Host, section: Section, name: string): Settings {
  const path = `${bundlePath(section, name)}/catamaran.json`;
  const text = host.readText(path);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Settings;
  } catch (error) {
    throw new AgentError(`${path} is not JSON: ${String(error)}`);
  }
}
