// What the update commands work on: the slots' machine, its settings, and what the running system is.

import { archByUname } from '../../base/arch.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import type { CurlOptions } from '../net/curl.ts';
import { readProxy } from '../net/proxy.ts';
import { reachCrashPoint } from '../slots/crash-points.ts';
import { refuseLive } from '../slots/live.ts';
import type { SlotMachine } from '../slots/machine.ts';
import type { Partitions } from '../slots/partitions.ts';
import { partitionsOf } from '../slots/partitions.ts';
import { readRunning } from '../slots/running.ts';
import { readUpdaterSettings, type UpdaterSettings } from './settings.ts';

export interface UpdateMachine extends SlotMachine {
  readonly host: Host;
  readonly partitions: Partitions;
  readonly settings: UpdaterSettings;
  readonly os: string;
  /** Debian's name. */
  readonly arch: string;
  readonly machineId: string;
  /** Of the system's clock, seconds since the epoch. */
  readonly now: number;
  readonly curl: CurlOptions;
  /** Seconds before the second try of what has failed; twice as long each time. */
  readonly pause: number;
}

/** `/run/catamaran/patience`: seconds, for tests that would else wait for a server that says nothing. */
const patiencePath = '/run/catamaran/patience';

export function openMachine(host: Host): UpdateMachine {
  refuseLive(host);
  const settings = readUpdaterSettings(host);
  const os = /^IMAGE_ID="?([^"\n]*)"?$/m.exec(host.readText('/usr/lib/os-release') ?? '')?.[1];
  const arch = archByUname(runOrThrow(host, ['uname', '-m']).trim());
  if (!os || !arch)
    throw new AgentError('/usr/lib/os-release and uname do not say which system this is', {
      code: 'system-unknown',
      hint: 'Build the image again.',
    });
  const asked = Number(host.readText(patiencePath));
  const patience = asked > 0 ? asked : 30;
  return {
    host,
    partitions: partitionsOf(host),
    running: readRunning(host),
    reach: reachCrashPoint(host),
    settings,
    os,
    arch,
    machineId: (host.readText('/etc/machine-id') ?? '').trim(),
    now: Number(runOrThrow(host, ['date', '+%s']).trim()),
    curl: { ca: settings.ca, patience, parallel: 4, proxy: readProxy(host) },
    pause: asked > 0 ? 0.1 : 2,
  };
}
