// What a format is: its names, the files that it writes, what they are made of and how, and what boots them. Each is one
// file that says all of it; formats.ts lists them, and help, docs, `plan`, `build` and `run` are made from that list.
import type { DiskContainer } from '../disk/container.ts';
import type { Planning } from '../engine/planning.ts';
import type { Step, Use } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import type { PlatformName } from '../platform/table.ts';
import type { RawFormatOptions } from '../specification/spec.generated.ts';
import type { WrittenFile } from './write/output-file.ts';
import type { OutputOptions } from './write/write-output.ts';

export type WriteFile = (path: string, options: OutputOptions) => Promise<WrittenFile>;

export interface Format {
  readonly name: string;
  /** In one line, for help and docs. */
  readonly summary: string;
  /** The file below src that it is written in, without `.ts` (engine/step.ts). */
  readonly module: string;
  /** What follows the name, in the order in which the files are written. */
  readonly files: readonly [string, ...string[]];
  /**
   * What the files are named after: the OS's id, the spec's file as LinuxKit does, or a platform, as in
   * `ID-VERSION-PLATFORM-ARCH`.
   */
  readonly named: 'os' | 'spec' | { readonly platform: string };
  /** Where it is meant for, by the table of platforms. */
  readonly platform?: PlatformName;
  /** Whether a bill of materials lies in it. */
  readonly sbom: boolean;
  /** The format whose files these are, here under another name. */
  readonly sameAs?: string;
  /**
   * How QEMU boots it: as a disk of that format, by its kernel, as a directory of what a network hands over, or, of what
   * run/open-image.ts knows, the disk in a packed file or a medium. Absent: nothing does.
   */
  readonly boots?: { readonly disk: DiskContainer } | 'kernel' | 'network' | 'packed disk' | 'medium';
  /** What a spec's `outputs` may say of it, as a JSON Schema has it. */
  readonly options?: Readonly<Partial<Record<keyof RawFormatOptions, OptionSchema>>>;
  plan(planning: Planning, options: RawFormatOptions): OutputPlan;
}

/** Formats that have an option of one name say the same of it. */
export interface OptionSchema {
  readonly description: string;
  readonly $ref?: string;
  readonly type?: 'boolean' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default: boolean | number | string;
}

/** What a format is made of, and how it is opened once that is there. */
export interface OutputPlan {
  readonly needs: readonly Step[];
  /** Beside those: name → short value. */
  readonly inputs?: Readonly<Record<string, string>>;
  open(use: Use, workshop: Workshop): OpenedOutput | Promise<OpenedOutput>;
}

/** Ready to be written: no byte has been moved. */
export interface OpenedOutput {
  /** One for each of the format's files, in their order. */
  readonly files: readonly WriteFile[];
  /** In bytes: what a machine needs that unpacks all of it into memory. */
  readonly memory?: number;
  /** In bytes: the smallest disk that it can be written to. */
  readonly disk?: number;
}

export const defineFormat = <const F extends Format>(format: F): F => format;
