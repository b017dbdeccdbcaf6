// Every command, under the heading that --help has it under. One more is a file beside this one, and a word here.
import { build } from './build.ts';
import { cache } from './cache.ts';
import { check } from './check.ts';
import { checkConfig } from './check-config.ts';
import { completion } from './completion.ts';
import { component } from './component.ts';
import { config } from './config.ts';
import type { CommandEntry, Example, GroupEntry, Headed } from './entry.ts';
import { explainError } from './explain-error.ts';
import { formats } from './formats.ts';
import { image } from './image.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import { iso } from './iso.ts';
import { lock } from './lock.ts';
import { plan } from './plan.ts';
import { release } from './release/group.ts';
import { run } from './run.ts';
import { logs, ssh } from './ssh.ts';

export const commandTable: Headed<CommandEntry | GroupEntry> = [
  ['Make:', [init, build, run, ssh, logs]],
  ['Look:', [check, checkConfig, plan, inspect, formats, explainError]],
  ['Keep:', [lock, release, component, image, iso, cache, config, completion]],
];

/** Of the program as a whole. */
export const examples: readonly Example[] = [
  ['catamaran init lighthouse', 'writes lighthouse/lighthouse.yml, to be changed'],
  ['catamaran run lighthouse/lighthouse.yml', 'builds it and boots it in this terminal'],
  ['catamaran build server.yml', 'writes server.qcow2'],
  ['catamaran check *.yml', 'finds every error in your specs'],
  ['catamaran lock --update server.yml', 'takes the newest packages'],
];
