// What came of provisioning: for programs in a file, for people one line for each fact.

import { printable } from '../../base/printable.ts';
import type { Finding } from '../../contract/document/finding.ts';
import {
  type ProvisionLine,
  type ProvisionReport,
  provisionPath,
  writeProvisionReport,
} from '../../contract/provision.ts';
import type { Host } from '../host/host.ts';
import type { Outcome } from './apply/apply.ts';
import { type ComposedUserData, chooseUserData } from './compose.ts';
import type { Facts } from './source.ts';
import type { ProvisionState } from './state.ts';

const mostLines = 500;

export function makeReport(
  host: Host,
  { platform }: Facts,
  state: ProvisionState,
  composed: ComposedUserData,
): ProvisionReport {
  const findings = [...state.findings, ...composed.findings];
  const ofState = (...states: Outcome['state'][]) =>
    state.outcomes
      .filter((outcome) => states.includes(outcome.state))
      .map(({ module, what }) => ({ what: module, message: what }));
  const ofLevel = (level: Finding['level']) =>
    findings.filter((each) => each.level === level).map(findingLine);
  const userData = chooseUserData(state.founds, new Map(state.fetched));
  return {
    platform: platform.name,
    by: platform.by,
    ...(state.instance !== undefined && { instance: state.instance }),
    newInstance: state.newInstance ? 'yes' : 'no',
    ...(userData && {
      userData: {
        source: userData.found.source,
        where: userData.found.where,
        digest: (state.composed === composed && state.digest) || digestOf(host, userData.bytes),
      },
    }),
    sources: Object.fromEntries(state.founds.map(({ source, where }) => [source, where])),
    passes: state.passes,
    applied: ofState('applied', 'unchanged').slice(0, mostLines),
    ignored: [...ofState('ignored'), ...ofLevel('ignored'), ...ofLevel('note')].slice(0, mostLines),
    failed: [...state.problems, ...unfetched(state), ...ofState('failed'), ...ofLevel('error')].slice(
      0,
      mostLines,
    ),
  };
}

export function keepReport(host: Host, report: ProvisionReport): void {
  const aside = `${provisionPath}.new`;
  host.writeFile(aside, writeProvisionReport(report));
  host.run(['mv', aside, provisionPath]);
}

export function describeReport(report: ProvisionReport): string[] {
  const { platform, by, instance, newInstance, userData, sources, passes, applied, ignored, failed } = report;
  const lines = [
    `platform   ${platform}, ${byWords[by] ?? by}`,
    `instance   ${instance ?? 'not known'}${newInstance === 'yes' ? ', new' : ''}`,
    ...Object.entries(sources).map(([source, where]) => `found      ${source}: ${where}`),
    userData ? `user-data  ${userData.source}, sha256 ${userData.digest}` : 'user-data  none',
    `passes     ${passes.join(', ') || 'none'}`,
  ];
  const tell = (word: string, list: readonly ProvisionLine[]) =>
    list.flatMap(({ what, message, hint }) => [
      `${word.padEnd(10)} ${what}: ${message}`,
      ...(hint === undefined ? [] : [`${''.padEnd(10)}   hint: ${hint}`]),
    ]);
  return [...lines, ...tell('applied', applied), ...tell('ignored', ignored), ...tell('failed', failed)].map(
    printable,
  );
}

const byWords: Readonly<Record<string, string>> = {
  argument: 'as a kernel argument says',
  dmi: 'by its firmware’s strings',
  label: 'by a volume',
  nothing: 'as nothing says otherwise',
};

export function tell(host: Host, word: string, { what, message, hint }: ProvisionLine): void {
  host.print(
    printable(`provision: ${word}${what}: ${message}${hint === undefined ? '' : `. ${hint}`}`.slice(0, 600)),
  );
}

export function findingLine({ part, line, pointer, message, hint }: Finding): ProvisionLine {
  const place = pointer === '' ? '' : ` ${pointer}`;
  return {
    what: `${part}, line ${line}${place}`,
    message,
    ...(hint !== undefined && { hint }),
  };
}

/** What an address that stands for user-data did not give; what user-data include, their reader tells. */
function unfetched({ founds, fetched }: ProvisionState): ProvisionLine[] {
  const bodies = new Map(fetched);
  return founds.flatMap(({ source, given: { url } }) => {
    const body = url === undefined ? undefined : bodies.get(url);
    return body && 'problem' in body ? [{ what: source, message: `${url}: ${body.problem}` }] : [];
  });
}

function digestOf(host: Host, bytes: Uint8Array): string {
  const path = '/run/catamaran/provision/user-data';
  host.writeFile(path, bytes);
  return /^\\?([0-9a-f]{64})\b/.exec(host.run(['sha256sum', path]).output)?.[1] ?? ''.padEnd(64, '0');
}
