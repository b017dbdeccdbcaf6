// Which channels the repository has, as far as this machine has verified it: the roles that targets.json delegates to.
import { parseTargets } from '../../tuf/metadata.ts';
import { releasesRole } from '../../tuf/names.ts';
import { openEnvelope } from '../../tuf/signatures.ts';
import { AgentError, type Host } from '../host/host.ts';
import { readStored, trustedDirectory } from './trusted-store.ts';

const what = 'targets.json';

/** In sorted order; undefined where nothing has been verified yet, or what is left of it is damaged. */
export function knownChannels(host: Host): readonly string[] | undefined {
  const bytes = readStored(host, `${trustedDirectory}/${what}`);
  if (bytes === undefined) return undefined;
  try {
    const { delegations } = parseTargets(openEnvelope(bytes, what).signed, what);
    return delegations
      .map(({ name }) => name)
      .filter((name) => name !== releasesRole)
      .sort();
  } catch {
    return undefined;
  }
}

/** A machine that followed a channel that is not there would never be updated again. */
export function requireKnownChannel(host: Host, channel: string): void {
  const known = knownChannels(host);
  if (known === undefined || known.includes(channel)) return;
  throw new AgentError(`the repository has no channel ${channel}`, {
    code: 'channel-unknown',
    fault: 'usage',
    hint: `It has ${known.join(', ') || 'none'}. Run catamaran-agent update --check where that is old news.`,
  });
}
