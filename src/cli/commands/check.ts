// `catamaran check SPEC…`: every error of every spec, in the order in which the specs are named.
import { CatamaranError, type Diagnostic, type Fault } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { loadSpec } from '../../lock/load-spec.ts';
import { openTransport } from '../../net/http.ts';
import { proxiesOf } from '../../net/proxy.ts';
import { componentsRoot } from '../package-root.ts';
import type { Session } from '../session.ts';
import { specSource } from '../spec-source.ts';

export async function check(
  files: readonly string[],
  set: Readonly<Record<string, string>> | undefined,
  session: Session,
): Promise<void> {
  const { io, front, globals, signal } = session;
  const transport = openTransport({ findProxy: proxiesOf(io.env) });
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  let fault: Fault | undefined;
  for (const file of files) {
    try {
      warnings.push(
        ...(
          await loadSpec(specSource([file], set, io), {
            componentsRoot: componentsRoot(),
            home: io.home,
            signal,
            offline: globals.offline,
            transport,
          })
        ).warnings,
      );
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
  front.result('check', { specs: files, warnings: warnings as unknown as Json }, '');
}
