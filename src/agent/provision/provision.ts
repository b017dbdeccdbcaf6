// The three passes of a boot. Each goes on with what the one before has found; none waits without a limit, and nothing that
// goes wrong stops the boot. A pass without anything to do takes no time.
import { Findings, sortFindings } from '../../contract/document/finding.ts';
import type { MachineConfig } from '../../contract/user-data/machine-config.ts';
import { emptyConfig } from '../../contract/user-data/merge-configs.ts';
import type { Fetched, Request } from '../../contract/user-data/reading.ts';
import { safePath } from '../boot/settle.ts';
import type { Host } from '../host/host.ts';
import { applyConfig, hasWork, type Outcome, type Pass } from './apply/apply.ts';
import { type ComposedUserData, compose } from './compose.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { readMachineFacts } from './facts.ts';
import { instanceOf, isNewInstance, keepInstance } from './instance.ts';
import { borrowNetwork, returnNetwork } from './network/borrow.ts';
import { fetchPatiently } from './network/fetch.ts';
import { reportReady } from './ready/table.ts';
import { renewIdentity } from './renew.ts';
import { findingLine, keepReport, makeReport, tell } from './report.ts';
import { placesLeft, seekLocal, seekNetwork } from './seek.ts';
import type { Facts, Seeker } from './source.ts';
import { canonicalText, loadState, makeRoom, noState, type ProvisionState, saveState } from './state.ts';

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
  const state = identify(host, facts, { ...noState, founds, problems, findings: seeker.findings.all }, wish);
  const composed = compose(founds, new Map());
  tell(host, '', { what: 'platform', message: facts.platform.name });
  if (facts.platform.unknown !== undefined)
    tell(host, '', { what: 'platform', message: `there is none called ${facts.platform.unknown}` });
  tellFound(host, founds, [], problems);
  // Where a service is still to say who this is, a network that a drive has given is needed before.
  const isKnown =
    founds.length > 0 && placesLeft(seeker, founds).length === 0 && composed.requests.length === 0;
  const hasNetwork = composed.config.network !== undefined;
  const applied = isKnown || hasNetwork ? apply(host, ['local'], state, composed) : state;
  finish(host, facts, { ...applied, passes: ['local'] }, composed);
}

export function provisionNetwork(host: Host, wish: Wish = {}): void {
  const before = loadState(host) ?? noState;
  /** Nothing is read a second time where nothing has been found since. */
  const composeAll = (
    founds: ProvisionState['founds'],
    fetched: ReadonlyMap<string, Fetched>,
  ): ComposedUserData => (isAllKnown(before, founds, fetched) ? before.composed! : compose(founds, fetched));
  const { seeker, facts } = openSeeker(host, 'network', before);
  const isNeeded =
    placesLeft(seeker, before.founds).length > 0 ||
    namesAddresses(composeAll(before.founds, new Map(before.fetched)));
  const borrowed = isNeeded && borrowNetwork(host, seeker.deadline.left());
  try {
    const sought = seekNetwork(seeker, before.founds);
    const fetched = new Map(before.fetched);
    fetchPending(host, (more) => composeAll(sought.founds, more), fetched, seeker.deadline);
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
    const composed = composeAll(state.founds, fetched);
    tellFound(host, state.founds, before.founds, sought.problems);
    const isNews =
      !before.isApplied || canonicalText(composed.config) !== canonicalText(before.composed?.config);
    const passes: Pass[] = isNews ? ['local', 'network'] : ['network'];
    const isDone = state.founds.length === 0 || (!isNews && before.needsNoNetwork === true);
    const applied = isDone ? state : apply(host, passes, state, composed);
    finish(host, facts, { ...applied, passes: [...before.passes, 'network'] }, composed);
  } finally {
    if (borrowed) returnNetwork(host);
  }
}

export function provisionFinal(host: Host): void {
  const before = loadState(host);
  if (before === undefined) return;
  const { facts } = openSeeker(host, 'final', before);
  const composed = before.composed ?? compose(before.founds, new Map(before.fetched));
  const isSafe = host.readText(safePath) !== undefined;
  if (before.instance !== undefined && before.founds.length > 0 && !isSafe)
    keepInstance(host, before.instance);
  const problem = reportReady(host, facts.platform.name, deadlineIn(host, 60));
  const state = problem ? { ...before, problems: [...before.problems, problem] } : before;
  if (problem) tell(host, 'failed: ', problem);
  const applied = before.founds.length > 0 ? apply(host, ['final'], state, composed) : state;
  finish(host, facts, { ...applied, passes: [...before.passes, 'final'] }, composed);
}

function openSeeker(
  host: Host,
  pass: Pass,
  before?: ProvisionState,
): { readonly seeker: Seeker; readonly facts: Facts } {
  makeRoom(host);
  const facts = readMachineFacts(host, before?.platform);
  return {
    facts,
    seeker: { host, facts, findings: new Findings(), deadline: deadlineIn(host, limits[pass]) },
  };
}

/** Who the machine is, as soon as a place has said anything; and whether it has been another one before. */
function identify(host: Host, { platform }: Facts, state: ProvisionState, { again }: Wish): ProvisionState {
  if (state.founds.length === 0) return state;
  const instance = instanceOf(host, platform.name, state.founds);
  return { ...state, instance, newInstance: isNewInstance(host, instance) || again === true };
}

function apply(
  host: Host,
  passes: readonly Pass[],
  state: ProvisionState,
  composed: ComposedUserData,
): ProvisionState {
  const isSafe = host.readText(safePath) !== undefined;
  const config = isSafe ? waysIn(composed.config) : composed.config;
  const newInstance = state.newInstance || isSafe;
  const deadline = deadlineIn(host, limits[passes.at(-1)!]);
  const fetch = (request: Request): Fetched => fetchPatiently(host, request, deadline, contentLimit);
  const outcomes: Outcome[] = [];
  for (const pass of isSafe ? passes.filter((each) => each === 'local') : passes) {
    const renewed =
      pass === 'local' && !isSafe && state.instance !== undefined ? renewIdentity(host, state.instance) : [];
    const made = [...renewed, ...applyConfig(host, config, { pass, newInstance, fetch })];
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
    isApplied: isLocal || state.isApplied,
    ...(isLocal && { needsNoNetwork: !hasWork(config, 'network') }),
  };
}

/**
 * A safe boot has the image's own /etc, for something of the machine's own keeps it from coming up: whoever is to mend it
 * has to get in, by name, network and keys, and nothing else is done.
 */
function waysIn({ hostname, fqdn, network, sshKeys }: MachineConfig): MachineConfig {
  return {
    ...emptyConfig(),
    ...(hostname !== undefined && { hostname }),
    ...(fqdn !== undefined && { fqdn }),
    ...(network && { network }),
    sshKeys,
  };
}

function isAllKnown(
  { founds: known, fetched: kept, composed }: ProvisionState,
  founds: ProvisionState['founds'],
  fetched: ReadonlyMap<string, Fetched>,
): boolean {
  return composed !== undefined && founds.length === known.length && fetched.size === kept.length;
}

/** Of what belongs to user-data, or of files that they want. */
function namesAddresses({ config, requests }: ComposedUserData): boolean {
  const contents = [...config.files.flatMap((file) => file.contents), ...config.certificates.add];
  return requests.length > 0 || contents.some(({ kind }) => kind === 'remote');
}

/** What is fetched may name more. */
function fetchPending(
  host: Host,
  composeWith: (fetched: ReadonlyMap<string, Fetched>) => ComposedUserData,
  fetched: Map<string, Fetched>,
  deadline: Deadline,
): void {
  for (let level = 0; level < mostLevels; level++) {
    const requests = composeWith(fetched).requests.filter(({ url }) => !fetched.has(url));
    if (requests.length === 0) return;
    for (const request of requests) fetched.set(request.url, fetchPatiently(host, request, deadline));
  }
}

function tellFound(
  host: Host,
  founds: ProvisionState['founds'],
  known: ProvisionState['founds'],
  problems: ProvisionState['problems'],
): void {
  const places = new Set(known.map(({ where }) => where));
  for (const { source, where, given } of founds) {
    if (places.has(where)) continue;
    const size = given.userData ? `, ${given.userData.length} bytes of user-data` : '';
    tell(host, '', { what: source, message: `${where}${size}` });
  }
  for (const problem of problems) tell(host, 'failed: ', problem);
}

function finish(host: Host, facts: Facts, state: ProvisionState, composed: ComposedUserData): void {
  const report = makeReport(host, facts, state, composed);
  const digest = report.userData?.digest;
  saveState(host, {
    ...{ ...state, platform: facts.platform, composed },
    ...(digest !== undefined && { digest }),
  });
  keepReport(host, report);
  const isOver = state.passes.includes('network');
  if (isOver && !state.passes.includes('final'))
    for (const finding of [...state.findings, ...composed.findings])
      tell(host, finding.level === 'error' ? 'failed: ' : `${finding.level}: `, findingLine(finding));
}
