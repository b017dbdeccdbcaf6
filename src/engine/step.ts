// A step of a plan: one piece of work, with a key that is a function of all that goes into it. Steps with equal keys
// make equal bytes; what a step made is remembered under its key, so that no work is done twice.
import type { Digest } from '../base/digest.ts';
import type { ImageName, LockedComponent, LockedPull, LockedWhole } from '../lock/locked-spec.ts';
import type { Container, Spec, Volume } from '../specification/types.ts';
import { digestOf } from '../store/digest-of.ts';

export type StepId = string;

/** What a step does. The payload is what its executor needs beside the results of other steps. */
export type Work =
  /** A component to an OCI image. */
  | { readonly kind: 'component'; readonly component: LockedComponent }
  /** An image of a registry, a layout or an archive into the cache. */
  | { readonly kind: 'pull'; readonly name: ImageName; readonly image: LockedPull }
  /** The platforms of an image that a volume holds into the cache; of a component what another step made. */
  | {
      readonly kind: 'layout';
      readonly image: LockedWhole | StepId;
      readonly platforms: readonly string[];
      /** By which readers of the layout find it. */
      readonly name: string;
    }
  /** An image, the modules of a kernel image, or an image layout, to a segment. */
  | { readonly kind: 'segment'; readonly image: StepId; readonly part: 'all' | 'modules' | 'layout' }
  /** The initrd's image and the kernel modules that it needs to the initrd. */
  | { readonly kind: 'initrd'; readonly image: StepId; readonly kernel: StepId }
  /** Init images, the spec's files, the containers' bundles and the index of segments to the base segment. */
  | {
      readonly kind: 'base';
      readonly init: readonly StepId[];
      readonly modules: StepId;
      readonly containers: readonly (PlannedContainer & { readonly segment: StepId })[];
      readonly volumes: readonly PlannedVolume[];
    }
  /** GRUB for BIOS and UEFI. */
  | { readonly kind: 'loader' }
  /** The empty data partition. */
  | { readonly kind: 'data' }
  /** All of it to a disk image in a file. */
  | {
      readonly kind: 'disk';
      readonly format: DiskFormat;
      readonly kernel: StepId;
      readonly initrd: StepId;
      readonly base: StepId;
      readonly segments: readonly StepId[];
      readonly loader: StepId;
      readonly data: StepId;
    }
  /** A container to the files of its bundle. */
  | { readonly kind: 'bundle'; readonly container: Container; readonly path: string; readonly image: StepId }
  /** A root file system in LinuxKit's layout to compressed cpio archives, one for each part of it. */
  | { readonly kind: 'archives'; readonly root: PlannedRoot }
  /** The same to one squashfs. */
  | { readonly kind: 'squashfs'; readonly root: PlannedRoot }
  /** The same, or what was made of it, to the files of one of LinuxKit's formats. */
  | {
      readonly kind: 'linuxkit';
      readonly format: LinuxkitFormat;
      readonly root: PlannedRoot;
      /** The step that made the archives or the squashfs; tars are made from the root itself. */
      readonly from?: StepId;
    };

export const linuxkitFormats = [
  'docker',
  'kernel+initrd',
  'kernel+squashfs',
  'tar',
  'tar-kernel-initrd',
] as const;
export type LinuxkitFormat = (typeof linuxkitFormats)[number];
export type OutputFormat = DiskFormat | LinuxkitFormat;

export interface PlannedRoot {
  readonly kernel?: StepId;
  readonly init: readonly StepId[];
  /** `image` is the step of a layout where the volume's format says so. */
  readonly volumes: readonly { readonly volume: Volume; readonly image?: StepId }[];
  readonly containers: readonly (PlannedContainer & { readonly image: StepId })[];
  /** Whether a bill of materials lies at its root. */
  readonly sbom: boolean;
}

export interface PlanOptions {
  /** Of LinuxKit's formats: with a bill of materials, unless it is false. */
  readonly sbom?: boolean | undefined;
}

export const diskFormats = ['qcow2', 'raw'] as const;
export type DiskFormat = (typeof diskFormats)[number];

export interface PlannedContainer {
  readonly container: Container;
  /** The bundle's directory on the machine. */
  readonly path: string;
  /** The step that makes the files of it. */
  readonly bundle: StepId;
}

export interface PlannedVolume {
  readonly volume: Volume;
  /** What is in it at first; absent: nothing. */
  readonly segment?: StepId;
}

export type WorkKind = Work['kind'];

export interface Step<W extends Work = Work> {
  /** For people and for other steps: `segment sshd`. */
  readonly id: StepId;
  readonly work: W;
  /** What goes in besides other steps: name → digest or short value. A changed key is explained by these. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The steps whose results go in. They come before this one in the plan. */
  readonly needs: readonly StepId[];
  readonly key: Digest;
}

export interface Plan {
  readonly spec: Spec;
  /** Each after those that it needs. */
  readonly steps: readonly Step[];
}

export function makeStep(id: StepId, work: Work, inputs: Step['inputs'], needs: readonly Step[]): Step {
  // In their order: which comes first matters where files are merged and where segments are laid.
  const keys = needs.map((step) => [step.id, step.key]);
  const key = digestOf({ kind: work.kind, inputs, needs: keys });
  return { id, work, inputs, needs: needs.map((step) => step.id), key };
}

export const componentStep = (name: ImageName): StepId => `component ${name.replace(/^component:/, '')}`;

/** Written anew to where it was asked for, and so not remembered in the cache. */
export const isOutput = ({ work }: Step): boolean => work.kind === 'disk' || work.kind === 'linuxkit';

export const isLinuxkitFormat = (format: string): format is LinuxkitFormat =>
  (linuxkitFormats as readonly string[]).includes(format);
