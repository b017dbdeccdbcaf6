// What is in a disk image: partitions, the slots' state, each slot's release and its segments. Facts only; cli renders
// them. The image may come from anywhere: nothing in it is trusted, everything that is read is bounded.

import { sectorSize } from '../gpt/geometry.ts';
import { type FoundGpt, type FoundPartition, readGpt } from '../gpt/read.ts';
import type { ReadAt } from '../gpt/read-at.ts';
import {
  envNames,
  envOffsets,
  envSize,
  type PartitionRole,
  partitionNumber,
  type SlotName,
  slotNames,
  slotRole,
} from '../slots/constants.ts';
import { chooseState, parseEnv } from '../slots/env.ts';
import { assumedState, type SlotState, type SlotStatus } from '../slots/state.ts';
import { type FoundArchive, readBootArchive } from './boot-archive-reader.ts';
import { badImage, type DiskFile, type DiskPart, openDiskFile } from './disk-file.ts';
import { type Check, verifySlot } from './verify-slot.ts';

export interface InspectedPartition {
  /** From 1, as GRUB and Linux count. */
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly guid: string;
  /** 16 hex digits. */
  readonly attributes: string;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
  /** False: it reaches beyond the disk's end; the image was cut off. */
  readonly onDisk: boolean;
}

export interface InspectedSlot {
  readonly name: SlotName;
  readonly status: SlotStatus;
  /** Asked first at boot. */
  readonly first: boolean;
  /** Absent: the slot holds nothing that could be booted. */
  readonly archive?: FoundArchive | undefined;
  /** With `verify` only, and where the slot holds something or should: every digest computed anew. */
  readonly checks?: readonly Check[] | undefined;
}

export interface Inspection {
  readonly format: DiskFile['format'];
  /** In bytes. */
  readonly size: number;
  readonly diskGuid: string;
  readonly table: Pick<FoundGpt, 'readFrom' | 'faults'>;
  readonly partitions: readonly InspectedPartition[];
  readonly state: {
    /** Undefined: that copy is not valid. In the order of envNames. */
    readonly copies: readonly (SlotState | undefined)[];
    /** What the boot loader goes by. */
    readonly current: SlotState;
  };
  readonly slots: readonly InspectedSlot[];
  /** With `verify` only, of what no slot holds: `partition table`, `slot state`. */
  readonly checks?: readonly Check[] | undefined;
}

export interface InspectionOptions {
  /** Recompute every hash: reads the whole of both slots. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export async function inspectImage(path: string, options: InspectionOptions = {}): Promise<Inspection> {
  const file = await openDiskFile(path);
  try {
    const gpt = await readGpt(file.read, file.size);
    const part = (role: PartitionRole): DiskPart => {
      const found = findPartition(gpt, role);
      if (typeof found === 'string') throw badImage(path, found);
      return partOf(file.read, found);
    };
    const state = await readState(part('ab-state'));
    const slots: InspectedSlot[] = [];
    for (const name of slotNames) {
      const boot = part(slotRole('boot', name));
      const archive = await readBootArchive(boot.read, boot.size);
      const parts = { boot, root: part(slotRole('root', name)), hash: part(slotRole('hash', name)) };
      const status = state.current[name];
      const checks = options.verify ? await verifySlot(status, archive, parts, options.signal) : undefined;
      slots.push({ name, status, first: state.current.first === name, archive, checks });
    }
    return {
      format: file.format,
      size: file.size,
      diskGuid: gpt.diskGuid,
      table: { readFrom: gpt.readFrom, faults: gpt.faults },
      partitions: gpt.partitions.map(describePartition),
      state,
      slots,
      checks: options.verify ? [checkTable(gpt), checkState(state)] : undefined,
    };
  } finally {
    await file.close();
  }
}

/** By its number, as the boot loader finds it; or what is wrong with it. */
function findPartition(gpt: FoundGpt, role: PartitionRole): FoundPartition | string {
  const number = partitionNumber(role);
  const found = gpt.partitions.find((partition) => partition.number === number);
  if (found?.label !== role) return `its partition ${number} is not ${role}`;
  if (!found.onDisk) return `its partition ${number} (${role}) reaches beyond the end: the image was cut off`;
  return found;
}

function checkTable({ faults }: FoundGpt): Check {
  const what = 'partition table';
  return faults.length === 0 ? { what, ok: true } : { what, ok: false, evidence: faults.join('; ') };
}

function checkState({ copies }: Inspection['state']): Check {
  const what = 'slot state';
  const invalid = envNames.filter((_, index) => copies[index] === undefined);
  if (invalid.length === 0) return { what, ok: true };
  return { what, ok: false, evidence: `not valid: ${invalid.join(', ')}` };
}

async function readState({ read }: DiskPart): Promise<Inspection['state']> {
  const copies = await Promise.all(envNames.map((_, index) => read(envOffsets[index]!, envSize)));
  const current = chooseState(copies[0]!, copies[1]!) ?? assumedState;
  return { copies: copies.map(parseEnv), current };
}

function partOf(read: ReadAt, { firstLba, lastLba }: FoundPartition): DiskPart {
  const start = firstLba * sectorSize;
  const size = (lastLba - firstLba + 1) * sectorSize;
  return {
    size,
    read: (offset, wanted) => read(start + offset, Math.max(0, Math.min(wanted, size - offset))),
  };
}

function describePartition(partition: FoundPartition): InspectedPartition {
  const { number, label, type, guid, attributes, firstLba, lastLba, onDisk } = partition;
  return {
    number,
    label,
    type,
    guid,
    attributes: attributes.toString(16).padStart(16, '0'),
    offset: firstLba * sectorSize,
    size: Math.max(0, lastLba - firstLba + 1) * sectorSize,
    onDisk,
  };
}
