// Keeps a repository alive: a new timestamp (and snapshot, when half of its time is over), by the online key alone; for
// cron. Named roles get a new version too, with the same content and a later expiry.
import { CatamaranError } from '../base/errors.ts';
import { publish } from './change/publish.ts';
import type { Publisher, PublishOutcome } from './change/publisher.ts';

export function refreshRepository(roles: readonly string[], publisher: Publisher): Promise<PublishOutcome> {
  return publish(publisher, async (state) => {
    const renewed = [...new Set(roles)].map((role) => {
      const signed = role === 'root' ? state.rootSigned : state.roles.get(role)?.signed;
      if (signed === undefined) throw noRole(role, ['root', ...state.roles.keys()]);
      return [role, signed] as const;
    });
    return { roles: new Map(renewed) };
  });
}

function noRole(role: string, known: readonly string[]): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-no-role',
    message: `there is no role ${JSON.stringify(role)} to renew`,
    hint: `Name one of ${known.join(', ')}; snapshot and timestamp are renewed each time.`,
  });
}
