// Why a request for packages cannot be met, in words: the chain that asked, what is there, and what may be meant.
import { CatamaranError } from '../base/errors.ts';
import type { PackageRequest } from '../packages/source.ts';
import type { PackageIndex } from './index.ts';
import { alternativeText } from './relations.ts';
import { similarNames } from './similar.ts';
import type { DeadEnd } from './solution.ts';

export function describeDeadEnd({ goal, rejections }: DeadEnd, index: PackageIndex): CatamaranError {
  const chain = [...goal.chain, goal.relation.text].join(' → ');
  if (rejections.length > 0) {
    const reasons = rejections.map(
      ({ candidate, reason }) => `${candidate.name} ${candidate.version}: ${reason}`,
    );
    return new CatamaranError('spec', {
      code: 'debian-conflict',
      message: `packages cannot be installed together: ${chain}: ${[...new Set(reasons)].join('; ')}`,
      hint: 'Ask for only one of them, or cut the closure with `without`.',
    });
  }
  const names = goal.relation.alternatives.map(({ name }) => name);
  const present = names.filter((name) => index.candidates(name).length > 0);
  if (present.length > 0) {
    const versions = present.map((name) => `${name} ${versionsOf(name, index).join(', ')}`);
    return new CatamaranError('spec', {
      code: 'debian-version',
      message: `no version of a package is right: ${chain}; the archive has ${versions.join('; ')}`,
      hint: 'Ask for a version that is there, or for the name alone.',
    });
  }
  const wanted = goal.relation.alternatives.map(alternativeText).join(' | ');
  return new CatamaranError('spec', {
    code: 'debian-no-package',
    message: `no package is called or provides ${wanted}: ${chain}`,
    hint:
      didYouMean(names[0]!, index) ??
      'Check the name, and that the package is in a component of the archive that `from` names.',
  });
}

/** A request that is no package's name, or that `without` takes back. */
export function unknownRequest(text: string, request: PackageRequest, index: PackageIndex): CatamaranError {
  const asked = request.requester === undefined ? '' : ` (${request.requester})`;
  const name = text.replace(/=.*$/s, '');
  if (request.without?.includes(name)) {
    return new CatamaranError('spec', {
      code: 'debian-request-contradiction',
      message: `the package ${JSON.stringify(name)} is both asked for and in \`without\`${asked}`,
      hint: 'Take it out of one of the two lists.',
    });
  }
  return new CatamaranError('spec', {
    code: 'debian-request-malformed',
    message: `not a package's name or name=version: ${JSON.stringify(text)}${asked}`,
    hint:
      didYouMean(name.toLowerCase(), index) ?? 'Write it as `openssh-server` or `openssh-server=1:10.0p1-7`.',
  });
}

function versionsOf(name: string, index: PackageIndex): string[] {
  return [...new Set(index.candidates(name).map(({ version }) => version))];
}

function didYouMean(name: string, index: PackageIndex): string | undefined {
  const similar = similarNames(name, index.names());
  return similar.length === 0 ? undefined : `Did you mean ${similar.join(' or ')}?`;
}
