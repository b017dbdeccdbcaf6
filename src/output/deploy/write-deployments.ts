// Deployment files beside the outputs, from what the build says of itself.
import { join } from 'node:path';
import type { Arch } from '../../base/arch.ts';
import type { Firmware } from '../../base/firmware.ts';
import { mapImageName } from '../../platform/image-name.ts';
import { type PlatformName, platforms } from '../../platform/table.ts';
import type { Spec } from '../../specification/types.ts';
import type { ArtifactsDocument, RawBuiltOutput } from '../artifacts.generated.ts';
import { leastMemory } from '../least-memory.ts';
import { writeText } from '../write/text.ts';
import type { OutputOptions } from '../write/write-output.ts';
import type { DeployedOutput, DeploymentFacts } from './deployment.ts';
import { type DeploymentName, deploymentNamed } from './table.ts';

/** `settings`: the spec's `platforms`. */
export function deploymentFacts(
  { os, outputs }: ArtifactsDocument,
  arch: Arch,
  settings: Spec['platforms'],
): DeploymentFacts {
  const describe = (output: RawBuiltOutput): DeployedOutput => {
    const platform = output.platform as PlatformName | undefined;
    const name = `${os.id}-${os.version}-${arch}`;
    const had = (output.firmware ?? ['uefi']) as readonly Firmware[];
    const usual = platform ? platforms[platform].firmware.find((each) => had.includes(each)) : undefined;
    return {
      files: output.files as DeployedOutput['files'],
      imageName: platform ? mapImageName(platforms[platform].imageName, name) : name,
      firmware: (platform && settings.get(platform)?.firmware) ?? usual ?? had[0]!,
      platform,
      disk: output.disk ?? 0,
      memory: output.memory ?? leastMemory,
    };
  };
  return { os, arch, outputs: new Map(outputs.map((output) => [output.format, describe(output)])) };
}

/** Their paths. */
export async function writeDeployments(
  names: readonly DeploymentName[],
  facts: DeploymentFacts,
  out: string,
  options: OutputOptions,
): Promise<string[]> {
  const { os, arch } = facts;
  const paths: string[] = [];
  for (const { suffix, render } of [...new Set(names)].map(deploymentNamed)) {
    const path = join(out, `${os.id}-${os.version}-${arch}${suffix}`);
    await writeText(render(facts), path, options);
    paths.push(path);
  }
  return paths;
}
