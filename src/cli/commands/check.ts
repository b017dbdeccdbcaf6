// `catamaran check SPEC…`: every error of what `build` would make of the specs together, or with --each of every one by
// itself, in the order in which they are named. A component.yml, or its directory, is checked as what it is.
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CatamaranError, type Diagnostic, type Fault } from '../../base/errors.ts';
import { asJson } from '../../base/json.ts';
import { readComponent } from '../../component/definition.ts';
import { loadSpec, type SpecContext } from '../../lock/load-spec.ts';
import { openTransport } from '../../net/http.ts';
import { proxiesOf } from '../../net/proxy.ts';
import { checkOutputs } from '../../output/choose.ts';
import { memoryKernel } from '../../specification/parts.ts';
import { componentsRoot } from '../package-root.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';

export interface CheckOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly each?: true;
}

export async function check(
  files: readonly string[],
  { set, each }: CheckOptions,
  session: Session,
): Promise<void> {
  const { io, front, globals, signal } = session;
  const transport = openTransport({ findProxy: proxiesOf(io.env) });
  const context: SpecContext = {
    componentsRoot: componentsRoot(),
    home: io.home,
    signal,
    offline: globals.offline,
    transport,
  };
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  let fault: Fault | undefined;
  for (const { names, component } of await sortOut(files, each === true, io.cwd)) {
    try {
      if (component !== undefined) await readComponent(component);
      else {
        const spec = await loadSpec(specSource(names, set, io), context);
        checkOutputs(spec);
        const kernel = memoryKernel(spec);
        warnings.push(...spec.warnings, ...(kernel ? [kernel] : []));
      }
    } catch (thrown) {
      if (!(thrown instanceof CatamaranError) || signal.aborted) throw thrown;
      fault ??= thrown.fault;
      errors.push(...thrown.diagnostics);
    }
  }
  transport.close();
  for (const warning of warnings) front.warnAt(warning);
  const [first, ...rest] = errors;
  if (fault !== undefined && first !== undefined) throw new CatamaranError(fault, [first, ...rest]);
  for (const file of files) front.info(`${file}: no errors`);
  front.result('check', { specs: files, warnings: asJson(warnings) }, '');
}

interface Checked {
  readonly names: SpecNamesAsked;
  /** Its directory. */
  readonly component?: string;
}

/** The components, and what is left: together one spec, or each one of its own. */
async function sortOut(files: readonly string[], each: boolean, cwd: string): Promise<Checked[]> {
  const found: Checked[] = [];
  const specs: string[] = [];
  for (const file of files) {
    const component = await componentOf(file, cwd);
    if (component !== undefined) found.push({ names: [file], component });
    else if (each) found.push({ names: [file] });
    else specs.push(file);
  }
  const [first, ...rest] = specs;
  return first === undefined ? found : [...found, { names: [first, ...rest] }];
}

async function componentOf(file: string, cwd: string): Promise<string | undefined> {
  const path = resolve(cwd, file);
  if (basename(path) === 'component.yml') return dirname(path);
  const found = await stat(join(path, 'component.yml')).catch(() => undefined);
  return found?.isFile() ? path : undefined;
}
