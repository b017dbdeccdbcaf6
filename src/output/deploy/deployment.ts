// What a deployment file is: text for a tool that brings an output to where it runs, with names, sizes, digests and
// properties filled in. Each is one file that says all of it; table.ts lists them.
import type { Arch } from '../../base/arch.ts';
import type { Firmware } from '../../base/firmware.ts';
import type { PlatformName } from '../../platform/table.ts';
import type { RawBuiltFile } from '../artifacts.generated.ts';

export interface Deployment {
  readonly name: string;
  /** In one line, for help and docs. */
  readonly summary: string;
  /** What follows `ID-VERSION-ARCH`. */
  readonly suffix: string;
  /** Formats that it can deploy; a build must have one of them. */
  readonly formats: readonly [string, ...string[]];
  /** The same facts give the same text. */
  render(facts: DeploymentFacts): string;
}

export interface DeploymentFacts {
  readonly os: { readonly id: string; readonly name: string; readonly version: string };
  readonly arch: Arch;
  /** By format: what the build has. */
  readonly outputs: ReadonlyMap<string, DeployedOutput>;
}

export interface DeployedOutput {
  /** The one that is deployed first, and what lies beside it. */
  readonly files: readonly [RawBuiltFile, ...RawBuiltFile[]];
  /** As its platform takes it. */
  readonly imageName: string;
  /** What a machine is made with, where it has a choice. */
  readonly firmware: Firmware;
  readonly platform?: PlatformName | undefined;
  /** In bytes: the least. */
  readonly disk: number;
  readonly memory: number;
}

export const defineDeployment = <const D extends Deployment>(deployment: D): D => deployment;

/** Of those formats the first that there is. */
export function outputOf(
  { outputs }: DeploymentFacts,
  formats: readonly string[],
): DeployedOutput | undefined {
  const found = formats.find((format) => outputs.has(format));
  return found === undefined ? undefined : outputs.get(found);
}

/** For comments: what a file is known by. */
export const describeFile = ({ file, size, sha256 }: RawBuiltFile): string =>
  `${file}: ${size} bytes, SHA-256 ${sha256}`;
