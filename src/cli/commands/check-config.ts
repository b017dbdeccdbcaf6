// `catamaran check-config FILE…`: what a machine would make of user-data, before there is a machine: the same readers, and
// so the same verdict.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CatamaranError, type Diagnostic, messageOf } from '../../base/errors.ts';
import { asJson, type Json } from '../../base/json.ts';
import type { Position } from '../../base/position.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import type { Finding } from '../../contract/document/finding.ts';
import { readUserData } from '../../contract/user-data/read.ts';
import type { Io } from '../io.ts';
import type { Session } from '../session.ts';

/** What is larger, and longer lines, are not shown: no one can read them. */
const shownLimit = 4 << 20;
const widest = 2000;

export async function checkConfig(files: readonly string[], { io, front }: Session): Promise<void> {
  const errors: Diagnostic[] = [];
  const verdicts: Json[] = [];
  for (const file of files) {
    const name = file === '-' ? 'standard input' : file;
    const verdict = judgeConfig(await readConfigFile(file, io), name);
    errors.push(...verdict.errors);
    for (const warning of verdict.warnings) front.warnAt(warning);
    for (const url of verdict.requests) front.info(`${name}: what is at ${url} is not looked at`);
    if (verdict.errors.length === 0) front.info(`${name}: no errors`);
    verdicts.push({
      file: name,
      findings: asJson(verdict.findings),
      requests: [...verdict.requests],
    });
  }
  front.result('check-config', { configs: verdicts }, '');
  refuse(errors);
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** Addresses of what belongs to it. */
  readonly requests: readonly string[];
  /** Fails with all errors, where there are any. */
  refuse(): void;
}

export function judgeConfig(bytes: Uint8Array, name: string): Verdict {
  const { findings, requests } = readUserData(bytes);
  const lines = bytes.length > shownLimit ? [] : decodeUtf8(bytes)?.split(/\r\n?|\n/);
  const ofLevel = (is: boolean) =>
    findings
      .filter(({ level }) => (level === 'error') === is)
      .map((finding) => diagnosticOf(finding, name, lines));
  const errors = ofLevel(true);
  return {
    findings,
    errors,
    warnings: ofLevel(false),
    requests: requests.map(({ url }) => url),
    refuse: () => refuse(errors),
  };
}

function refuse([first, ...rest]: readonly Diagnostic[]): void {
  if (first) throw new CatamaranError('spec', [first, ...rest]);
}

export async function readConfigFile(file: string, { cwd, stdin }: Io): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(stdin) : await readFile(resolve(cwd, file));
  } catch (error) {
    throw new CatamaranError(
      'spec',
      {
        code: 'user-data-unreadable',
        message: `${file} cannot be read: ${messageOf(error)}`,
        hint: 'Name a file.',
      },
      { cause: error },
    );
  }
}

const codes = {
  error: 'user-data-error',
  ignored: 'user-data-ignored',
  note: 'user-data-note',
} as const;

function diagnosticOf(finding: Finding, file: string, lines: readonly string[] = []): Diagnostic {
  const { level, part, line, pointer, message, hint, inner } = finding;
  const excerpt = inner ? undefined : lines[line - 1];
  const position =
    excerpt !== undefined && excerpt.length <= widest ? positionOf(file, line, excerpt, pointer) : undefined;
  const where = position ? '' : `${file}: ${part === 'user-data' ? '' : `${part}, `}line ${line}: `;
  const subject = pointer === '' ? 'the document' : pointer;
  return {
    code: codes[level],
    message: `${where}${subject} ${message}`,
    ...(hint !== undefined && { hint }),
    ...(position && { position }),
  };
}

/** The line, from the key or value that is meant. */
function positionOf(file: string, line: number, excerpt: string, pointer: string): Position {
  const key = /([\w-]+)(\[\d+\])?$/.exec(pointer)?.[1] ?? '';
  const found = key === '' ? -1 : excerpt.indexOf(key);
  const start = found === -1 ? excerpt.search(/\S|$/) : found;
  const length = found === -1 ? excerpt.trimEnd().length - start : key.length;
  return { file, line, column: start + 1, length: Math.max(1, length), excerpt };
}
