// `catamaran build SPEC`: the outputs' paths on stdout, what else there is to know of them on stderr.

import { formatSize } from '../../base/size.ts';
import { buildSpec } from '../../output/build.ts';
import { parseDeployments } from '../../output/deploy/table.ts';
import { askedFormats, type FormatName, formatNamed } from '../../output/formats.ts';
import { createContext } from '../context.ts';
import { reportLock } from '../lock-report.ts';
import { targetArch } from '../options.ts';
import { formatDuration } from '../report/progress-text.ts';
import { timeTasks } from '../report/times.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';

export interface BuildOptions {
  readonly specs: SpecNamesAsked;
  readonly set?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly name?: string;
  /** In bytes. */
  readonly memory?: number;
  /** Undefined: what the spec says. */
  readonly format?: readonly string[];
  readonly deploy?: readonly string[];
  readonly locked?: true;
  /** False where it is not wanted. */
  readonly sbom: boolean;
}

export async function build(
  { specs, set, out, name, memory, format, deploy, locked, sbom }: BuildOptions,
  session: Session,
): Promise<void> {
  const { io, globals, front } = session;
  const request = {
    ...specSource(specs, set, io),
    out: out ?? '.',
    formats: askedFormats(format),
    deploy: deploy && parseDeployments(deploy),
    name,
    memory,
    arch: targetArch(globals, io),
    frozen: locked === true,
    sbom,
  };
  const began = io.now();
  const timed = timeTasks(front, io.now);
  const context = await createContext({ ...session, front: timed.front });
  const { artifacts, documents, lock } = await buildSpec(request, context);
  reportLock(lock, front);
  for (const { path, size, digest, cached } of artifacts) {
    front.info(`${path}: ${formatSize(size)}, ${digest}${cached ? ', unchanged' : ''}`);
  }
  for (const path of documents) front.info(path);
  const first = artifacts.find(
    ({ format: name, path }) => formatNamed(name as FormatName).boots && !path.endsWith('.json'),
  );
  const next = first ? `; next: catamaran run ${runnable(first.path)}` : '';
  front.info(`done in ${formatDuration((io.now() - began) / 1000)}${timed.longest()}${next}`);
  const outputs = artifacts.map((artifact) => ({ ...artifact }));
  front.result('build', { specs, outputs, documents }, artifacts.map(({ path }) => `${path}\n`).join(''));
}

/** As `run` takes it: kernel and initrd by the name that they share. */
function runnable(path: string): string {
  return path.replace(/-(cmdline|initrd\.img|kernel|squashfs\.img)$/, '');
}
