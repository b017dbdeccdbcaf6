// `catamaran config [NAME [VALUE]]`: shows what is set for all commands, or sets it.
import { CatamaranError } from '../../base/errors.ts';
import { didYouMean } from '../../document/suggest.ts';
import { sourceNamed, usualOrigin } from '../../sources/table.ts';
import {
  configPath,
  isSetting,
  readUserSettings,
  type Setting,
  settings,
  writeUserSetting,
} from '../config.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export interface ConfigOptions {
  readonly unset?: true;
}

/** Whether a value can be meant. Throws where it cannot. */
const checks: Readonly<Record<Setting, (value: string) => Promise<unknown>>> = {
  mirror: (option) => sourceNamed(usualOrigin.source).findMirror({ option }),
};

export async function config(
  name: string | undefined,
  value: string | undefined,
  { unset }: ConfigOptions,
  { io, front }: Session,
): Promise<void> {
  if (name !== undefined && !isSetting(name)) throw unknown(name);
  if (name !== undefined && (value !== undefined || unset)) {
    if (value !== undefined) await checks[name](value);
    await writeUserSetting(io, name, unset ? undefined : value);
  }
  const found = await readUserSettings(io);
  const shown = name === undefined ? (Object.keys(settings) as Setting[]) : [name];
  const rows = shown.map((each) => [each, found[each] ?? '(not set)', `# ${settings[each]}`]);
  front.result('config', { file: configPath(io), ...found }, renderTable(rows));
}

function unknown(name: string): CatamaranError {
  const names = Object.keys(settings);
  return new CatamaranError('usage', {
    code: 'usage-setting',
    message: `there is no setting ${JSON.stringify(name)}`,
    hint: didYouMean(name, names) ?? `There are: ${names.join(', ')}.`,
  });
}
