// `catamaran iso customize FILE`: kernel arguments and a configuration into a finished ISO, or what stands in it.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { customizeIso, readCustomIso } from '../../output/media/customize.ts';
import type { Session } from '../session.ts';

export interface IsoCustomizeOptions {
  readonly file: string;
  readonly cmdline?: string;
  readonly config?: string;
  readonly show?: true;
}

export async function customize(
  { file, cmdline, config, show }: IsoCustomizeOptions,
  { io, front, signal }: Session,
): Promise<void> {
  const path = resolve(io.cwd, file);
  if (!show && cmdline === undefined && config === undefined) throw nothingAsked();
  if (cmdline !== undefined || config !== undefined) {
    const bytes = config === undefined ? undefined : await readConfig(resolve(io.cwd, config), config);
    const task = front.task(`writing ${file}`, { unit: 'bytes' });
    await customizeIso(path, { arguments: cmdline, config: bytes }, { signal, advance: task.advance });
    task.done();
  }
  const { area } = await readCustomIso(path);
  const text = Buffer.from(area.config).toString('utf8');
  front.result(
    'iso customize',
    { file, cmdline: area.arguments, config: text },
    show ? `cmdline: ${area.arguments}\n${text.split('\n').map(printable).join('\n')}` : `${file}\n`,
  );
}

async function readConfig(path: string, named: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CatamaranError(
      'usage',
      {
        code: 'config-unreadable',
        message: `cannot read ${named}: ${messageOf(cause)}`,
        hint: 'Name a file that can be read with --config.',
      },
      { cause },
    );
  }
}

function nothingAsked(): CatamaranError {
  return new CatamaranError('usage', {
    code: 'usage-nothing-asked',
    message: 'neither --cmdline nor --config nor --show is given',
    hint: 'Say what to change in the ISO, or --show to see what stands in it.',
  });
}
