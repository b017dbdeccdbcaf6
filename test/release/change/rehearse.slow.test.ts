// Nothing is published that a machine would refuse: the rehearsal comes before the first file is written.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publish } from '../../../src/release/change/publish.ts';
import type { State } from '../../../src/release/repository/state.ts';
import { codeOf } from '../support/people.ts';
import { follow, openWorkplace } from '../support/workplace.ts';

interface Delegations {
  readonly roles: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** A channel more, like the first one, of which there is no file. */
function withGhost({ roles }: State) {
  const { signed } = roles.get('targets')!;
  const delegations = signed.delegations as unknown as Delegations;
  const ghost = { ...delegations.roles[0]!, name: 'ghost', paths: ['channel-ghost-*'] };
  const all = { ...delegations, roles: [...delegations.roles, ghost] };
  return { ...signed, delegations: all } as unknown as typeof signed;
}

test('a role that would be without its signatures is refused, and no file has changed', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  const files = () => readdir(join(place.repo, 'metadata'));
  const before = await files();
  const work = publish(publisher, async (state) => ({ roles: new Map([['targets', withGhost(state)]]) }));
  expect(await codeOf(work)).toBe('release-role-unsigned');
  expect(await files()).toEqual(before);
  await follow(place.repo);
});
