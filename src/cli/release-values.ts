// Parsers for the values of the options of `catamaran release`. Each throws commander's error, which names the option.

import { InvalidArgumentError } from 'commander';
import type { ReleaseVersion } from '../base/flavour.ts';
import type { Quorum } from '../release/init.ts';
import { type Days, type ExpiringRole, expiringRoles, mostDays } from '../release/repository/config.ts';
import { mostEpoch, versionForm } from '../tuf/release-ref.ts';
import { parseCurve, type Rollout } from '../tuf/rollout.ts';

export type Channels = Readonly<Record<string, Quorum>>;

const one: Quorum = { threshold: 1, keys: 1 };
export const defaultChannels: Channels = { alpha: one, beta: one, stable: one };

/** `stable:2/3`; the first one takes the place of the defaults. */
export function collectChannel(text: string, before: Channels): Channels {
  const [name = '', quorum] = text.split(':');
  const others = before === defaultChannels ? {} : before;
  return { ...others, [name]: quorum === undefined ? one : parseQuorum(quorum) };
}

/** `2/3`: two of three. */
export function parseQuorum(text: string): Quorum {
  const [, threshold, keys] = /^(\d{1,2})\/(\d{1,2})$/.exec(text) ?? [];
  const quorum = { threshold: Number(threshold), keys: Number(keys) };
  if (quorum.threshold >= 1 && quorum.threshold <= quorum.keys && quorum.keys <= 32) return quorum;
  throw new InvalidArgumentError('It must be T/N, such as 2/3: two signatures of three keys.');
}

export function collectDays(text: string, before: Partial<Days>): Partial<Days> {
  const [, role = '', days] = /^([a-z]+)=(\d{1,4})$/.exec(text) ?? [];
  const count = Number(days);
  if ((expiringRoles as readonly string[]).includes(role) && count >= 1 && count <= mostDays) {
    return { ...before, [role as ExpiringRole]: count };
  }
  throw new InvalidArgumentError(`It must be ROLE=DAYS; roles are ${expiringRoles.join(', ')}.`);
}

export function parseVersion(text: string): ReleaseVersion {
  if (versionForm.test(text)) return text;
  throw new InvalidArgumentError(
    'It must be letters, digits and . + ~ _ -, beginning with a letter or digit.',
  );
}

export function collectVersion(text: string, before: readonly string[] = []): string[] {
  return [...before, parseVersion(text)];
}

export function parseEpoch(text: string): number {
  return parseWhole(text, 0, mostEpoch);
}

export function parseCount(text: string): number {
  return parseWhole(text, 1, 10_000);
}

export function parsePoints(text: string): Rollout['points'] {
  const points = parseCurve(text);
  if (typeof points !== 'string') return points;
  throw new InvalidArgumentError(`It must be a curve such as "0:1%,1d:20%,3d:100%": ${points}.`);
}

function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}
