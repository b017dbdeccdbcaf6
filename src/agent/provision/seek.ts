// Who the machine is: its places are asked in order, those on it first, those behind a network later. What a person has given
// this machine by hand counts before what a platform says; of a platform's own places one that is whole suffices.
import type { ProvisionLine } from '../../contract/provision.ts';
import { platforms } from '../../platform/table.ts';
import { sourcesOf, type UserDataSource, userDataSources } from '../../platform/user-data.ts';
import { borrowNetwork } from './network/borrow.ts';
import type { Found, NotFound, Seeker } from './source.ts';
import { identifies, isWanted, lookAt, whenOf } from './sources/table.ts';

export interface Sought {
  readonly founds: readonly Found[];
  readonly problems: readonly ProvisionLine[];
}

/** Rounds over the places that may answer later. */
const mostRounds = 12;
const longestPause = 8;

export function seekLocal(seeker: Seeker): Sought {
  const founds: Found[] = [];
  const problems: ProvisionLine[] = [];
  for (const source of placesOf(seeker)) {
    if (whenOf(source) !== 'local' || (identifies(source) && isComplete(founds))) continue;
    const look = lookAt(source, seeker);
    if (look === undefined) continue;
    if ('given' in look) founds.push({ source, ...look });
    else problems.push(problemOf(source, look));
  }
  // What one of a platform's places lacks is no matter where another one has it all.
  const isOpen = ({ what }: ProvisionLine) => !isComplete(founds) || !identifies(what as UserDataSource);
  return { founds, problems: problems.filter(isOpen) };
}

/** Places for which a network is needed. */
export function placesLeft(seeker: Seeker, founds: readonly Found[]): UserDataSource[] {
  return placesOf(seeker).filter(
    (source) =>
      whenOf(source) === 'network' && !(identifies(source) && isComplete(founds)) && isWanted(source, seeker),
  );
}

export function seekNetwork(seeker: Seeker, known: readonly Found[]): Sought {
  const { host, deadline, facts } = seeker;
  const founds = [...known];
  const problems = new Map<UserDataSource, NotFound>();
  let left = placesLeft(seeker, founds);
  // A drive may be there later than its bus.
  const drives = placesOf(seeker).filter((source) => {
    const place = userDataSources[source];
    return place.at === 'volume' && place.labels.length > 0;
  });
  for (let round = 0; left.length > 0 && round < mostRounds; round++) {
    if (round > 0) {
      const pause = Math.min(2 ** (round - 1), longestPause);
      if (deadline.left() <= pause) break;
      host.run(['sleep', String(pause)]);
      borrowNetwork(host, deadline.left());
      facts.lookAgain();
    }
    for (const source of [...(isComplete(founds) ? [] : drives), ...left]) {
      if (identifies(source) && isComplete(founds)) continue;
      const look = lookAt(source, seeker);
      if (look && 'given' in look) founds.push({ source, ...look });
      if (look && 'problem' in look) problems.set(source, look);
      else problems.delete(source);
    }
    left = left.filter(
      (source) => problems.get(source)?.again && !(identifies(source) && isComplete(founds)),
    );
  }
  const lines = isComplete(founds) ? [] : [...problems].map(([source, look]) => problemOf(source, look));
  return { founds: inOrder(seeker, founds), problems: lines };
}

const placesOf = ({ facts }: Seeker) => sourcesOf(platforms[facts.platform.name]);

function isComplete(founds: readonly Found[]): boolean {
  return founds.some(({ source, partial }) => identifies(source) && !partial);
}

function inOrder(seeker: Seeker, founds: readonly Found[]): Found[] {
  const order = placesOf(seeker);
  return [...founds].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
}

const problemOf = (what: string, { problem }: NotFound): ProvisionLine => ({ what, message: problem });
