// `catamaran plan SPEC`: each step of a build, cached or to be run, and why it has to be.

import { type ExplainedStep, explainBuild } from '../../output/explain.ts';
import { askedFormats } from '../../output/formats.ts';
import { createContext } from '../context.ts';
import { targetArch } from '../options.ts';
import { makePaint, type Paint } from '../paint.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';
import { renderTable } from '../table.ts';

export interface PlanOptions {
  readonly specs: SpecNamesAsked;
  readonly set?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly name?: string;
  /** Undefined: what the spec says. */
  readonly format?: readonly string[];
  readonly locked?: true;
  /** False where it is not wanted. */
  readonly sbom: boolean;
}

export async function plan(
  { specs, set, out, name, format, locked, sbom }: PlanOptions,
  session: Session,
): Promise<void> {
  const { io, globals, front } = session;
  const request = {
    ...specSource(specs, set, io),
    arch: targetArch(globals, io),
    mode: locked ? 'frozen' : 'fill',
    out: out ?? '.',
    name,
    formats: askedFormats(format),
    sbom,
  } as const;
  const steps = await explainBuild(request, await createContext(session));
  const text = renderSteps(steps, makePaint(globals.color.stdout));
  front.result('plan', { specs, steps: steps.map((step) => ({ ...step })) }, text);
}

/** Reasons beyond these are counted: a first look wants the first ones. */
const shownReasons = 3;

export function renderSteps(steps: readonly ExplainedStep[], paint: Paint): string {
  const rows = steps.map(({ id, cached, reasons }) => {
    const more = reasons.length > shownReasons ? [`${reasons.length - shownReasons} more`] : [];
    return [cached ? 'cached' : 'run', id, [...reasons.slice(0, shownReasons), ...more].join(', ')];
  });
  const table = renderTable(rows).replace(/^run /gm, `${paint('yellow', 'run')} `);
  const run = steps.filter((step) => !step.cached).length;
  return `${table}${run === 0 ? 'nothing to do' : `${run} of ${steps.length} steps to run`}\n`;
}
