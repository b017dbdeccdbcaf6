// Who must sign the drafts of one change, what the keys at hand can sign of them, and what is missing.
import type { Json } from '../../base/json.ts';
import { parseRoot, parseTargets, type Root } from '../../tuf/metadata.ts';
import type { SigningKey } from '../repository/draft.ts';
import { type Demand, findShortage, type RoleDraft, type Shortage, signDraft } from '../repository/draft.ts';
import { topDemand } from '../repository/role-fields.ts';
import type { State } from '../repository/state.ts';

export interface Collected {
  readonly drafts: readonly RoleDraft[];
  readonly shortages: readonly Shortage[];
  /** Root before this change and after it. */
  readonly before: Root;
  readonly after: Root;
  /** Everybody whose signature would be of use. */
  readonly wishesOf: (draft: Pick<RoleDraft, 'role'>) => readonly Demand[];
}

export async function collectSignatures(
  state: State,
  unsigned: readonly RoleDraft[],
  keyring: readonly SigningKey[],
): Promise<Collected> {
  const signedOf = (name: string) => unsigned.find(({ role }) => role === name)?.signed as Json | undefined;
  const [root, delegating] = [signedOf('root'), signedOf('targets')];
  const before = state.client.root;
  const after = root ? parseRoot(root, 'root.json') : before;
  const targets = delegating ? parseTargets(delegating, 'targets.json') : state.roles.get('targets')!.parsed;
  const demandOf = (role: string): Demand => {
    if (role === 'targets') return topDemand(after, 'targets');
    const delegation = targets.delegations.find(({ name }) => name === role)!;
    return { ...delegation, keys: targets.keys };
  };
  // Root must be signed by the old one and the new one; targets is, where that can be done (write-files.ts says why).
  const wishesOf = ({ role }: Pick<RoleDraft, 'role'>): Demand[] =>
    role === 'root' || role === 'targets'
      ? [topDemand(before, role), topDemand(after, role)]
      : [demandOf(role)];
  const drafts: RoleDraft[] = [];
  const shortages: Shortage[] = [];
  for (const draft of unsigned) {
    const { role } = draft;
    const signed = await signDraft(draft, wishesOf(draft), keyring);
    const shortage = findShortage(signed, role === 'root' ? wishesOf(draft) : [demandOf(role)]);
    if (shortage) shortages.push(shortage);
    drafts.push(signed);
  }
  return { drafts, shortages, before, after, wishesOf };
}
