// Names of images that a platform forbids: what the image is called there instead, said while there is still no machine.
import type { Reporter } from '../base/reporter.ts';
import { mapImageName, usualNames } from '../platform/image-name.ts';
import { platforms } from '../platform/table.ts';
import type { BuildPlan } from './plan.ts';

/** One line for each platform that takes another name than the OS, its version and architecture make. */
export function sayImageNames({ outputs, locked }: BuildPlan, reporter: Reporter): void {
  const { spec, arch } = locked;
  const name = `${spec.os.id}-${spec.os.version}-${arch}`;
  const said = new Set<string>();
  for (const { format } of outputs) {
    if (!format.platform || said.has(format.platform)) continue;
    said.add(format.platform);
    const { title, imageName } = platforms[format.platform];
    // Where the usual names are, nothing has a rule of its own.
    if (imageName === usualNames) continue;
    const mapped = mapImageName(imageName, name);
    if (mapped !== name)
      reporter.info(`${format.name}: ${title} takes no image called ${name}: there it is ${mapped}`);
  }
}
