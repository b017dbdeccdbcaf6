// What is in a disk image: partitions, the slots' state, each slot's release and its segments. Facts only; cli renders
// them. The image may come from anywhere: nothing in it is trusted, everything that is read is bounded.
import {
  envNames,
  envOffsets,
  envSize,
  type PartitionRole,
  type SlotName,
  slotNames,
  slotRole,
} from '../slots/constants.ts';
import { chooseState, parseEnv } from '../slots/env.ts';
import { assumedState, type SlotState, type SlotStatus } from '../slots/state.ts';
import { type FoundArchive, readBootArchive } from './boot-archive-reader.ts';
import { badImage, type DiskFile, openDiskFile } from './disk-file.ts';
import { type GptPartition, type ReadAt, readGpt, sectorSize } from './gpt.ts';
import { type Check, verifySlot } from './verify-slot.ts';

export interface InspectedPartition {
  /** From 1. */
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly guid: string;
  /** 16 hex digits. */
  readonly attributes: string;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

export interface InspectedSlot {
  readonly name: SlotName;
  readonly status: SlotStatus;
  /** Asked first at boot. */
  readonly first: boolean;
  /** Absent: the slot holds nothing that could be booted. */
  readonly archive?: FoundArchive | undefined;
  /** With `verify` only: every digest computed anew. */
  readonly checks?: readonly Check[] | undefined;
}

export interface Inspection {
  readonly format: DiskFile['format'];
  /** In bytes. */
  readonly size: number;
  readonly diskGuid: string;
  readonly partitions: readonly InspectedPartition[];
  readonly state: {
    /** Undefined: that copy is not valid. In the order of envNames. */
    readonly copies: readonly (SlotState | undefined)[];
    /** What the boot loader goes by. */
    readonly current: SlotState;
  };
  readonly slots: readonly InspectedSlot[];
}

export interface InspectOptions {
  /** Recompute every hash: reads the whole of both slots. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A part of the disk as a disk of its own. */
export interface Window {
  readonly read: ReadAt;
  readonly size: number;
}

export async function inspectImage(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const file = await openDiskFile(path);
  try {
    const gpt = await readGpt(file.read, file.size);
    const window = (role: PartitionRole): Window => {
      const found = gpt.partitions.find(({ label }) => label === role);
      if (!found) throw badImage(path, `it has no partition ${role}`);
      return windowOf(file.read, found);
    };
    const state = await readState(window('ab-state'));
    const slots: InspectedSlot[] = [];
    for (const name of slotNames) {
      const boot = window(slotRole('boot', name));
      const archive = await readBootArchive(boot.read, boot.size);
      const parts = { boot, root: window(slotRole('root', name)), hash: window(slotRole('hash', name)) };
      const checks = options.verify && archive ? await verifySlot(archive, parts, options.signal) : undefined;
      slots.push({ name, status: state.current[name], first: state.current.first === name, archive, checks });
    }
    const partitions = gpt.partitions.map(describePartition);
    return { format: file.format, size: file.size, diskGuid: gpt.diskGuid, partitions, state, slots };
  } finally {
    await file.close();
  }
}

async function readState({ read }: Window): Promise<Inspection['state']> {
  const copies = await Promise.all(envNames.map((_, index) => read(envOffsets[index]!, envSize)));
  const current = chooseState(copies[0]!, copies[1]!) ?? assumedState;
  return { copies: copies.map(parseEnv), current };
}

function windowOf(read: ReadAt, { firstLba, lastLba }: GptPartition): Window {
  const start = firstLba * sectorSize;
  const size = (lastLba - firstLba + 1) * sectorSize;
  return {
    size,
    read: (offset, wanted) => read(start + offset, Math.max(0, Math.min(wanted, size - offset))),
  };
}

function describePartition(partition: GptPartition, index: number): InspectedPartition {
  const { label, type, guid, attributes, firstLba, lastLba } = partition;
  return {
    number: index + 1,
    label,
    type,
    guid,
    attributes: attributes.toString(16).padStart(16, '0'),
    offset: firstLba * sectorSize,
    size: (lastLba - firstLba + 1) * sectorSize,
  };
}
