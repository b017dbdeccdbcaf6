// `catamaran release status|verify`: what a repository holds and how long it lasts, and whether all of it is sound.
import { resolve } from 'node:path';
import { byName } from '../../base/order.ts';
import { formatSize } from '../../base/size.ts';
import { nameKey } from '../../release/change/publisher.ts';
import { verifyRepository } from '../../release/repository/verify.ts';
import { type RepositoryStatus, readRepositoryStatus } from '../../release/status.ts';
import { formatCurve, wholeFleet } from '../../tuf/rollout.ts';
import {
  formatMoment,
  openPublisher,
  type RepositoryOptions,
  secondsOf,
  warnOfExpiry,
} from '../release-session.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { describePace } from './release-pointer.ts';

export async function showRelease(options: RepositoryOptions, session: Session): Promise<void> {
  const { front, io } = session;
  const { directory, disk, keyring, now } = await openPublisher(options, session);
  const status = await readRepositoryStatus(directory, disk, now);
  warnOfExpiry(status, front);
  const sections = [
    `${status.os}, ${resolve(io.cwd, options.repo)}\n`,
    channelTable(status, now),
    releaseTable(status),
    roleTable(status, nameKey(keyring, status.names)),
    pendingTable(status),
  ];
  front.result('release status', statusJson(status), sections.filter((text) => text !== '').join('\n'));
}

function channelTable({ channels }: RepositoryStatus, now: number): string {
  const rows = channels.map(({ channel, pointer }) =>
    pointer
      ? [
          channel,
          pointer.arch,
          pointer.release.version + (pointer.rollback ? ' (rollback)' : ''),
          describePace(pointer.rollout, pointer.halted, now),
          formatCurve(pointer.rollout.points),
        ]
      : [channel, '-', '-', 'empty'],
  );
  return renderTable([['CHANNEL', 'ARCH', 'VERSION', 'PACE', 'CURVE'], ...rows]);
}

function releaseTable({ releases }: RepositoryStatus): string {
  const rows = releases.map(({ version, arch, epoch, minFrom, size, channels }) => [
    version,
    arch,
    formatSize(size),
    String(epoch),
    minFrom ?? '-',
    channels.join(', '),
  ]);
  return renderTable(
    [['RELEASE', 'ARCH', 'SIZE', 'EPOCH', 'MIN-FROM', 'CHANNELS'], ...rows],
    ['left', 'left', 'right', 'right'],
  );
}

function roleTable({ roles }: RepositoryStatus, name: (id: string) => string): string {
  const rows = roles.map(({ role, version, expires, state, keys, threshold }) => [
    role,
    String(version),
    formatMoment(expires) + (state === 'fresh' ? '' : ` (${state})`),
    `${threshold} of ${keys.map(name).sort(byName).join(', ')}`,
  ]);
  return renderTable([['ROLE', 'VERSION', 'EXPIRES', 'SIGNED BY'], ...rows], ['left', 'right']);
}

function pendingTable({ pending }: RepositoryStatus): string {
  if (pending.length === 0) return '';
  const rows = pending.map(({ role, version, signatures }) => [role, String(version), String(signatures)]);
  return renderTable([['WAITS', 'VERSION', 'SIGNATURES'], ...rows], ['left', 'right', 'right']);
}

function statusJson({ os, channels, releases, roles, pending }: RepositoryStatus) {
  return {
    os,
    channels: channels.map(({ channel, pointer, share }) => ({
      channel,
      arch: pointer?.arch,
      version: pointer?.release.version,
      share: share / wholeFleet,
      halted: pointer?.halted,
      rollback: pointer?.rollback,
      floorEpoch: pointer?.floorEpoch,
    })),
    releases: releases.map((release) => ({ ...release })),
    roles: roles.map((role) => ({ ...role })),
    pending: pending.map((draft) => ({ ...draft })),
  };
}

export async function verifyReleases(options: RepositoryOptions, session: Session): Promise<void> {
  const { directory, disk } = await openPublisher(options, session);
  const answer = await verifyRepository(directory, disk, secondsOf(session.io));
  const { roles, releases, pointers, files, bytes } = answer;
  const text = `sound: ${roles} roles, ${releases} releases, ${pointers} pointers, ${files} files of ${formatSize(bytes)}\n`;
  session.front.result('release verify', { ...answer }, text);
}
