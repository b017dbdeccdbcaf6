// The three passes of a boot. Each goes on with what the one before has found; none waits without a limit, and nothing that
// goes wrong stops the boot. A pass without anything to do takes no time.
import { Findings, sortFindings } from '../../contract/document/finding.ts';
import type { Fetched, Request } from '../../contract/user-data/reading.ts';
import type { Host } from '../host/host.ts';
import { applyConfig, type Outcome, type Pass } from './apply/apply.ts';
import { type Composed, compose } from './compose.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { readFacts } from './facts.ts';
import { instanceOf, isNewInstance, keepInstance } from './instance.ts';
import { borrowNetwork, returnNetwork } from './network/borrow.ts';
import { fetchPatiently } from './network/fetch.ts';
import { reportReady } from './ready/table.ts';
import { keepReport, lineOf, makeReport, tell } from './report.ts';
import { placesLeft, seekLocal, seekNetwork } from './seek.ts';
import type { Facts, Seeker } from './source.ts';
import { freshState, loadState, plainText, type State, saveState } from './state.ts';

/** In seconds, for all that a pass fetches. */
const limits: Readonly<Record<Pass, number>> = { local: 30, network: 120, final: 600 };
/** Of what user-data name: includes in includes. */
const mostLevels = 6;
/** In bytes, of a file that user-data name. */
const contentLimit = 64 << 20;

export interface Wish {
  /** As if the machine had never been set up. */
  readonly again?: true;
}

export function provisionLocal(host: Host, wish: Wish = {}): void {
  const { seeker, facts } = openSeeker(host, 'local');
  const { founds, problems } = seekLocal(seeker);
  const state = identify(
    host,
    facts,
    { ...freshState, founds, problems, findings: seeker.findings.all },
    wish,
  );
  const composed = compose(founds, new Map());
  tellFound(host, facts, state, []);
  // Where a service is still to say who this is, a network that a drive has given is needed before.
  const isKnown = founds.length > 0 && placesLeft(seeker, founds).length === 0;
  const hasNetwork = composed.config.network !== undefined;
  const applied = isKnown || hasNetwork ? apply(host, ['local'], state, composed) : state;
  finish(host, facts, { ...applied, passes: ['local'] }, composed);
}

export function provisionNetwork(host: Host, wish: Wish = {}): void {
  const before = loadState(host) ?? freshState;
  const { seeker, facts } = openSeeker(host, 'network');
  const isNeeded = placesLeft(seeker, before.founds).length > 0 || pendingOf(before).length > 0;
  const borrowed = isNeeded && borrowNetwork(host, seeker.deadline.left());
  try {
    const sought = seekNetwork(seeker, before.founds);
    const fetched = new Map(before.fetched);
    fetchPending(host, sought.founds, fetched, seeker.deadline);
    const state = identify(
      host,
      facts,
      {
        ...before,
        founds: sought.founds,
        problems: [...before.problems, ...sought.problems],
        findings: sortFindings([...before.findings, ...seeker.findings.all]),
        fetched: [...fetched],
      },
      wish,
    );
    const composed = compose(state.founds, fetched);
    tellFound(host, facts, state, before.founds);
    const isNews = plainText(composed.config) !== before.local;
    const passes: Pass[] = isNews ? ['local', 'network'] : ['network'];
    const applied = state.founds.length > 0 ? apply(host, passes, state, composed) : state;
    finish(host, facts, { ...applied, passes: [...before.passes, 'network'] }, composed);
  } finally {
    if (borrowed) returnNetwork(host);
  }
}

export function provisionFinal(host: Host): void {
  const before = loadState(host);
  if (before === undefined) return;
  const { facts } = openSeeker(host, 'final');
  const composed = compose(before.founds, new Map(before.fetched));
  if (before.instance !== undefined && before.founds.length > 0) keepInstance(host, before.instance);
  const problem = reportReady(host, facts.platform.name, deadlineIn(host, 60));
  const state = problem ? { ...before, problems: [...before.problems, problem] } : before;
  if (problem) tell(host, 'failed: ', problem);
  const applied = before.founds.length > 0 ? apply(host, ['final'], state, composed) : state;
  finish(host, facts, { ...applied, passes: [...before.passes, 'final'] }, composed);
}

function openSeeker(host: Host, pass: Pass): { readonly seeker: Seeker; readonly facts: Facts } {
  const facts = readFacts(host);
  return {
    facts,
    seeker: { host, facts, findings: new Findings(), deadline: deadlineIn(host, limits[pass]) },
  };
}

/** Who the machine is, as soon as a place has said anything; and whether it has been another one before. */
function identify(host: Host, { platform }: Facts, state: State, { again }: Wish): State {
  if (state.founds.length === 0) return state;
  const instance = instanceOf(host, platform.name, state.founds);
  return { ...state, instance, newInstance: isNewInstance(host, instance) || again === true };
}

function apply(host: Host, passes: readonly Pass[], state: State, composed: Composed): State {
  const { newInstance } = state;
  const deadline = deadlineIn(host, limits[passes.at(-1)!]);
  const fetch = (request: Request): Fetched => fetchPatiently(host, request, deadline, contentLimit);
  const outcomes: Outcome[] = [];
  for (const pass of passes) {
    const made = applyConfig(host, composed.config, { pass, newInstance, fetch });
    for (const { module, state: word, what } of made)
      if (word !== 'unchanged')
        tell(host, word === 'applied' ? '' : `${word}: `, { what: module, message: what });
    outcomes.push(...made);
  }
  const isLocal = passes.includes('local');
  // A module that has run anew has the last word.
  const kept = isLocal ? [] : state.outcomes;
  return {
    ...state,
    outcomes: [...kept, ...outcomes],
    ...(isLocal && { local: plainText(composed.config) }),
  };
}

const pendingOf = ({ founds, fetched }: State): readonly Request[] =>
  compose(founds, new Map(fetched)).requests;

/** What is fetched may name more. */
function fetchPending(
  host: Host,
  founds: State['founds'],
  fetched: Map<string, Fetched>,
  deadline: Deadline,
): void {
  for (let level = 0; level < mostLevels; level++) {
    const requests = compose(founds, fetched).requests.filter(({ url }) => !fetched.has(url));
    if (requests.length === 0) return;
    for (const request of requests) fetched.set(request.url, fetchPatiently(host, request, deadline));
  }
}

function tellFound(host: Host, { platform }: Facts, state: State, known: State['founds']): void {
  const say = (what: string, message: string) => tell(host, '', { what, message });
  if (known.length === 0) say('platform', platform.name);
  if (platform.unknown !== undefined) say('platform', `there is none called ${platform.unknown}`);
  const places = new Set(known.map(({ where }) => where));
  for (const { source, where, given } of state.founds) {
    if (places.has(where)) continue;
    const size = given.userData ? `, ${given.userData.length} bytes of user-data` : '';
    say(source, `${where}${size}`);
  }
  for (const problem of state.problems) tell(host, 'failed: ', problem);
}

function finish(host: Host, facts: Facts, state: State, composed: Composed): void {
  saveState(host, state);
  keepReport(host, makeReport(host, facts, state, composed));
  const isOver = state.passes.includes('network');
  if (isOver && !state.passes.includes('final'))
    for (const finding of [...state.findings, ...composed.findings])
      tell(host, finding.level === 'error' ? 'failed: ' : `${finding.level}: `, lineOf(finding));
}
