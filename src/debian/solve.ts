// Which packages a request comes to: its names, and all that they depend on, in one version each. Pre-Depends and
// Depends are followed; Recommends are not, and nothing is implied for being essential. The order of trying is fixed,
// so that the same index gives the same answer:
//
//   1. A relation that the packages chosen so far satisfy adds nothing.
//   2. Else its alternatives are tried as they are written; of one name, its own packages before those that provide
//      it; of these, by name; of one package, the highest version first.
//   3. A package that conflicts with, or is broken by, a chosen one is passed over.
//   4. Where nothing is left to try, the search goes back to the latest choice that has to do with it (conflict-
//      directed backjumping, Prosser 1993), and tries the next there.
//
// If all fails, the error is that of the first dead end: the one on the way that rule 2 prefers.
import { byName } from '../base/order.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageRequest } from '../packages/source.ts';
import { describeDeadEnd, unknownRequest } from './explain.ts';
import type { PackageIndex } from './index.ts';
import type { Package } from './packages.ts';
import { type Alternative, parseRelations, type Relation } from './relations.ts';
import type { DeadEnd, Goal, Rejection, SolvedPackage } from './solution.ts';
import { satisfiesVersion } from './version.ts';

interface Choice {
  readonly goal: Goal;
  readonly position: number;
  readonly agendaLength: number;
  readonly taken: Taken;
  readonly untried: readonly Package[];
  /** Earlier choices that made other options fail here. */
  readonly culprits: Set<number>;
}

interface Taken {
  readonly candidate: Package;
  readonly facts: Facts;
  readonly why: readonly string[];
  /** Which choice took it. */
  readonly choice: number;
}

/** The parsed relations of a package. */
interface Facts {
  readonly depends: readonly Relation[];
  readonly provides: readonly Alternative[];
  readonly against: readonly {
    readonly verb: 'conflicts with' | 'breaks';
    readonly alternative: Alternative;
  }[];
}

/** Far above what any real request needs, and soon reached by one without solution. */
const maxDeadEnds = 10_000;

/** Sorted by name. Fault 'spec' if it cannot be done, with the chain that asked for what is missing. */
export function solve(request: PackageRequest, index: PackageIndex): SolvedPackage[] {
  return new Search(request, index).run();
}

/** `sshd → openssh-server → libfoo (>= 2)` */
export function explainPackage(solved: Pick<SolvedPackage, 'why'>): string {
  return solved.why.join(' → ');
}

class Search {
  private readonly index: PackageIndex;
  private readonly without: ReadonlySet<string>;
  private readonly agenda: Goal[];
  private readonly choices: Choice[] = [];
  private readonly taken = new Map<string, Taken>();
  private readonly facts = new Map<Package, Facts>();
  private firstDeadEnd: DeadEnd | undefined;
  private deadEnds = 0;

  constructor(request: PackageRequest, index: PackageIndex) {
    this.index = index;
    this.without = new Set(request.without);
    this.agenda = requestGoals(request, index);
  }

  run(): SolvedPackage[] {
    let position = 0;
    while (position < this.agenda.length) {
      const goal = this.agenda[position]!;
      if (this.isSatisfied(goal.relation)) position++;
      else position = this.decide(goal, position, this.optionsFor(goal.relation), new Set());
    }
    return [...this.taken.values()]
      .map(({ candidate, why }) => ({ ...lockedPart(candidate), why }))
      .sort((a, b) => byName(a.name, b.name));
  }

  /** Takes the first option that fits, else goes back. The answer is the position to go on from. */
  private decide(goal: Goal, position: number, options: readonly Package[], culprits: Set<number>): number {
    const rejections: Rejection[] = [];
    for (const [tried, candidate] of options.entries()) {
      const obstacle = this.obstacleTo(candidate);
      if (obstacle === undefined) {
        this.take(goal, position, candidate, options.slice(tried + 1), culprits);
        return position + 1;
      }
      rejections.push({ candidate, reason: obstacle.reason });
      culprits.add(obstacle.choice);
    }
    this.firstDeadEnd ??= { goal, rejections };
    this.deadEnds += 1;
    if (goal.choice !== undefined) culprits.add(goal.choice);
    return this.goBack(culprits);
  }

  private goBack(culprits: Set<number>): number {
    if (culprits.size === 0 || this.deadEnds > maxDeadEnds) {
      throw describeDeadEnd(this.firstDeadEnd!, this.index);
    }
    const latest = Math.max(...culprits);
    const choice = this.choices[latest]!;
    for (const undone of this.choices.splice(latest)) this.taken.delete(undone.taken.candidate.name);
    this.agenda.length = choice.agendaLength;
    culprits.delete(latest);
    for (const culprit of choice.culprits) culprits.add(culprit);
    return this.decide(choice.goal, choice.position, choice.untried, culprits);
  }

  private take(
    goal: Goal,
    position: number,
    candidate: Package,
    untried: readonly Package[],
    culprits: Set<number>,
  ): void {
    const number = this.choices.length;
    const facts = this.factsOf(candidate);
    const taken: Taken = { candidate, facts, why: whyOf(goal, candidate), choice: number };
    this.choices.push({ goal, position, agendaLength: this.agenda.length, taken, untried, culprits });
    this.taken.set(candidate.name, taken);
    const chain = [...goal.chain, candidate.name];
    for (const relation of facts.depends) this.agenda.push({ relation, chain, choice: number });
  }

  private isSatisfied({ alternatives }: Relation): boolean {
    return alternatives.some((alternative) => {
      if (this.without.has(alternative.name)) return true;
      const own = this.taken.get(alternative.name);
      if (own !== undefined && matches(own.candidate, own.facts, alternative, this.index.arch)) return true;
      return this.providersOf(alternative).some(
        (provider) =>
          this.without.has(provider.name) || this.taken.get(provider.name)?.candidate === provider,
      );
    });
  }

  private optionsFor({ alternatives }: Relation): Package[] {
    const options = new Set<Package>();
    for (const alternative of alternatives) {
      for (const candidate of this.index.candidates(alternative.name)) {
        if (matches(candidate, this.factsOf(candidate), alternative, this.index.arch)) options.add(candidate);
      }
      for (const provider of this.providersOf(alternative)) options.add(provider);
    }
    return [...options];
  }

  private providersOf(alternative: Alternative): Package[] {
    return this.index
      .providers(alternative.name)
      .filter(
        (provider) =>
          provider.name !== alternative.name &&
          matches(provider, this.factsOf(provider), alternative, this.index.arch),
      );
  }

  /** What speaks against taking it now, and which choice is to blame. */
  private obstacleTo(candidate: Package): { reason: string; choice: number } | undefined {
    const facts = this.factsOf(candidate);
    const same = this.taken.get(candidate.name);
    if (same !== undefined) {
      const reason = `version ${same.candidate.version} is chosen already (${same.why.join(' → ')})`;
      return { reason, choice: same.choice };
    }
    for (const other of this.taken.values()) {
      const verb =
        verbBetween(candidate, facts, other.candidate, other.facts, this.index.arch) ??
        turned(verbBetween(other.candidate, other.facts, candidate, facts, this.index.arch));
      if (verb === undefined) continue;
      const named = `${other.candidate.name} ${other.candidate.version}`;
      return { reason: `it ${verb} ${named} (${other.why.join(' → ')})`, choice: other.choice };
    }
    return undefined;
  }

  private factsOf(candidate: Package): Facts {
    let facts = this.facts.get(candidate);
    if (facts === undefined) {
      facts = readFacts(candidate, this.index);
      this.facts.set(candidate, facts);
    }
    return facts;
  }
}

function requestGoals(request: PackageRequest, index: PackageIndex): Goal[] {
  const without = new Set(request.without);
  return request.packages.map((text) => {
    const [, name, version] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    const isNamed = /^[a-z0-9][a-z0-9+.-]*$/.test(name!) && version !== '';
    if (!isNamed || without.has(name!)) throw unknownRequest(text, request, index);
    const alternative: Alternative =
      version === undefined ? { name: name! } : { name: name!, constraint: { relation: '=', version } };
    const chain = request.requester === undefined ? [] : [request.requester];
    return { relation: { text, alternatives: [alternative] }, chain, choice: undefined };
  });
}

function readFacts(candidate: Package, { arch }: PackageIndex): Facts {
  const read = (field: string, name: string) =>
    parseRelations(field, arch, `${name} of ${candidate.name} ${candidate.version}`);
  const against = (relations: Relation[], verb: 'conflicts with' | 'breaks') =>
    relations.flatMap(({ alternatives }) => alternatives.map((alternative) => ({ verb, alternative })));
  return {
    depends: [...read(candidate.preDepends, 'Pre-Depends'), ...read(candidate.depends, 'Depends')],
    provides: read(candidate.provides, 'Provides').flatMap(({ alternatives }) => alternatives),
    against: [
      ...against(read(candidate.conflicts, 'Conflicts'), 'conflicts with'),
      ...against(read(candidate.breaks, 'Breaks'), 'breaks'),
    ],
  };
}

/** Whether the package is, or provides, what is asked for. Policy 7.5: only a versioned Provides has a version. */
function matches(candidate: Package, facts: Facts, wanted: Alternative, arch: string): boolean {
  const { name, qualifier, constraint } = wanted;
  if (qualifier !== undefined && qualifier !== 'any' && qualifier !== arch) return false;
  const fits = (version: string | undefined) =>
    constraint === undefined ||
    (version !== undefined && satisfiesVersion(version, constraint.relation, constraint.version));
  if (candidate.name === name && fits(candidate.version)) return true;
  return facts.provides.some((provided) => provided.name === name && fits(provided.constraint?.version));
}

type Verb = 'conflicts with' | 'breaks' | 'is in conflict with' | 'is broken by';

/** What `one` has against `other`. A package never has anything against itself (Policy 7.4). */
function verbBetween(
  one: Package,
  facts: Facts,
  other: Package,
  otherFacts: Facts,
  arch: string,
): Verb | undefined {
  if (one.name === other.name) return undefined;
  return facts.against.find(({ alternative }) => matches(other, otherFacts, alternative, arch))?.verb;
}

function turned(verb: Verb | undefined): Verb | undefined {
  if (verb === 'breaks') return 'is broken by';
  return verb === undefined ? undefined : 'is in conflict with';
}

/** Where the relation is not about this very name, it is said who provides it. */
function whyOf({ chain, relation }: Goal, { name }: Package): string[] {
  const isNamed = relation.alternatives.length === 1 && relation.alternatives[0]!.name === name;
  return [...chain, isNamed ? relation.text : `${name} (for ${relation.text})`];
}

function lockedPart(candidate: Package): LockedPackage {
  const { name, version, arch, pocket, path, digest, size } = candidate;
  return { name, version, arch, pocket, path, digest, size };
}
