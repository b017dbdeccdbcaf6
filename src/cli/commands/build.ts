// `catamaran build SPEC`: the outputs' paths on stdout, what else there is to know of them on stderr.

import { formatSize } from '../../base/size.ts';
import { buildSpec } from '../../output/build.ts';
import { type FormatName, formatNamed, parseFormats } from '../../output/formats.ts';
import { createContext } from '../context.ts';
import { reportLock } from '../lock-report.ts';
import { targetArch } from '../options.ts';
import { formatDuration } from '../report/progress-text.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';

export interface BuildOptions {
  readonly specs: SpecNamesAsked;
  readonly set?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly name?: string;
  /** In bytes. */
  readonly memory?: number;
  readonly format: readonly string[];
  readonly locked?: true;
  /** False where it is not wanted. */
  readonly sbom: boolean;
}

export async function build(
  { specs, set, out, name, memory, format, locked, sbom }: BuildOptions,
  session: Session,
): Promise<void> {
  const { io, globals, front } = session;
  const request = {
    ...specSource(specs, set, io),
    out: out ?? '.',
    formats: parseFormats(format),
    name,
    memory,
    arch: targetArch(globals, io),
    frozen: locked === true,
    sbom,
  };
  const began = io.now();
  const { artifacts, lock } = await buildSpec(request, await createContext(session));
  reportLock(lock, front);
  for (const { path, size, digest, cached } of artifacts) {
    front.info(`${path}: ${formatSize(size)}, ${digest}${cached ? ', unchanged' : ''}`);
  }
  const first = artifacts.find(
    ({ format: name, path }) => formatNamed(name as FormatName).boots && !path.endsWith('.json'),
  );
  const next = first ? `; next: catamaran run ${runnable(first.path)}` : '';
  front.info(`done in ${formatDuration((io.now() - began) / 1000)}${next}`);
  const outputs = artifacts.map((artifact) => ({ ...artifact }));
  front.result('build', { specs, outputs }, artifacts.map(({ path }) => `${path}\n`).join(''));
}

/** As `run` takes it: kernel and initrd by the name that they share. */
function runnable(path: string): string {
  return path.replace(/-(cmdline|initrd\.img|kernel|squashfs\.img)$/, '');
}
