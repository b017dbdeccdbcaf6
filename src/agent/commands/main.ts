// The agent's commands, by name; init's scripts call them.
import { boot } from '../boot/boot.ts';
import { cleanUpBundle } from '../bundle/cleanup.ts';
import { listBundles } from '../bundle/list.ts';
import { connectBundle } from '../bundle/network.ts';
import { prepareBundle } from '../bundle/prepare.ts';
import { parseSection } from '../bundle/section.ts';
import { growData } from '../disk/grow.ts';
import type { Host } from '../host/host.ts';
import { configureServices, showLog, signalService } from '../services/control.ts';
import { reportServices } from '../services/report.ts';
import { mountVolumes } from '../volumes/mount.ts';
import { dispatch } from './dispatch.ts';
import { findSlotCommand, slotUsage } from './slots.ts';

const usage = [
  'usage: catamaran-agent boot',
  '       catamaran-agent bundle list onboot|onshutdown',
  '       catamaran-agent bundle prepare|connect|cleanup SECTION/NAME',
  '       catamaran-agent services [--json]',
  '       catamaran-agent services configure',
  '       catamaran-agent services signal NAME SIGNAL',
  '       catamaran-agent logs NAME [-f]',
  '       catamaran-agent volumes mount',
  '       catamaran-agent disk grow',
  ...slotUsage,
];

export function runCommand(words: readonly string[], host: Host): 0 | 1 | 2 {
  return dispatch(words, host, { usage, find: findCommand });
}

function findCommand(words: readonly string[]): ((host: Host) => void) | undefined {
  const [topic, verb, object, ...rest] = words;
  const slotCommand = findSlotCommand(words);
  if (slotCommand) return slotCommand;
  if (topic === 'services' && verb === 'signal') return findSignalCommand(words.slice(2));
  if (rest.length > 0) return undefined;
  if (topic === 'logs') return findLogsCommand(verb, object);
  if (topic === 'boot' && verb === undefined) return boot;
  if (topic === 'disk' && verb === 'grow' && object === undefined) return growData;
  if (topic === 'volumes' && verb === 'mount' && object === undefined) return mountVolumes;
  if (topic === 'services' && object === undefined) return findServicesCommand(verb);
  if (topic !== 'bundle' || object === undefined) return undefined;
  if (verb === 'list') {
    const section = parseSection(object);
    return section && section !== 'services' ? (host) => listBundles(host, section) : undefined;
  }
  const [, sectionName = '', name = ''] = /^([a-z]+)\/([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(object) ?? [];
  const section = parseSection(sectionName);
  if (section === undefined) return undefined;
  if (verb === 'prepare') return (host) => prepareBundle(host, section, name);
  if (verb === 'cleanup') return (host) => cleanUpBundle(host, section, name);
  if (verb === 'connect') return (host) => connectBundle(host, section, name);
  return undefined;
}

function findSignalCommand([name, signal, ...rest]: readonly string[]): ((host: Host) => void) | undefined {
  if (name === undefined || signal === undefined || rest.length > 0) return undefined;
  return (host) => signalService(host, name, signal);
}

function findLogsCommand(name?: string, option?: string): ((host: Host) => void) | undefined {
  if (name === undefined || (option !== undefined && option !== '-f')) return undefined;
  return (host) => showLog(host, name, option === '-f');
}

function findServicesCommand(verb: string | undefined): ((host: Host) => void) | undefined {
  if (verb === undefined) return (host) => reportServices(host, 'text');
  if (verb === '--json') return (host) => reportServices(host, 'json');
  return verb === 'configure' ? configureServices : undefined;
}
