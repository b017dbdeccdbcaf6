// The list of deployment files, the only place that knows all of them. One more is a file and a line here.
import { CatamaranError } from '../../base/errors.ts';
import { didYouMean } from '../../document/suggest.ts';
import { ansible } from './ansible.ts';
import { cloudformation } from './cloudformation.ts';
import type { Deployment } from './deployment.ts';
import { heat } from './heat.ts';
import { ipxe } from './ipxe.ts';
import { libvirt } from './libvirt.ts';
import { terraform } from './terraform.ts';
import { vmx } from './vmx.ts';

export const deployments = [ansible, cloudformation, heat, ipxe, libvirt, terraform, vmx] as const;

export type DeploymentName = (typeof deployments)[number]['name'];

export const deploymentNames: readonly DeploymentName[] = deployments.map(({ name }) => name);

export const deploymentNamed = (name: DeploymentName): Deployment =>
  deployments.find((each) => each.name === name)!;

/** Names as a person wrote them. */
export function parseDeployments(names: readonly string[]): readonly DeploymentName[] {
  return names.map((name) => {
    const found = deploymentNames.find((each) => each === name);
    if (found) return found;
    throw new CatamaranError('usage', {
      code: 'deployment-unknown',
      message: `there is no deployment file for ${JSON.stringify(name)}`,
      hint: didYouMean(name, deploymentNames) ?? `There are ${deploymentNames.join(', ')}.`,
    });
  });
}

/** The formats must have one that it deploys. */
export function checkDeployments(names: readonly DeploymentName[], formats: readonly string[]): void {
  for (const { name, formats: wanted } of names.map(deploymentNamed)) {
    if (wanted.some((format) => formats.includes(format))) continue;
    throw new CatamaranError('usage', {
      code: 'deployment-without-output',
      message: `a deployment file for ${name} needs an output of the format ${wanted.join(' or ')}`,
      hint: `Add --format ${[...formats, wanted[0]].join(',')}.`,
    });
  }
}
