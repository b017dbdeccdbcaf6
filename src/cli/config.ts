// What a user has said once for all commands: one JSON file in the configuration directory of the XDG base directory
// specification. Options and variables come before it.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import type { Io } from './io.ts';

/** Each name with what it says. One more is a line, and whoever reads it. */
export const settings = {
  mirror: 'the Debian mirror that packages come from, and after a comma that of its security archive',
} as const;
export type Setting = keyof typeof settings;
export type UserSettings = Readonly<Partial<Record<Setting, string>>>;

export const isSetting = (name: string): name is Setting => Object.hasOwn(settings, name);

type Place = Pick<Io, 'env' | 'home'>;

/** Undefined for a user without a home. */
export function configPath({ env, home }: Place): string | undefined {
  const xdg = env.XDG_CONFIG_HOME;
  const directory = xdg && isAbsolute(xdg) ? xdg : home && join(home, '.config');
  return directory && join(directory, 'catamaran', 'config.json');
}

export async function readUserSettings(place: Place): Promise<UserSettings> {
  const path = configPath(place);
  const text = path && (await readFile(path, 'utf8').catch(() => undefined));
  if (!text) return {};
  try {
    const found = Object.entries(JSON.parse(text) as object);
    const known = found.filter(([name, value]) => isSetting(name) && typeof value === 'string');
    return Object.fromEntries(known) as UserSettings;
  } catch (cause) {
    throw new CatamaranError(
      'environment',
      {
        code: 'config-malformed',
        message: `${path} is no JSON object`,
        hint: 'Remove it, and set anew what was in it: catamaran config NAME VALUE',
      },
      { cause },
    );
  }
}

/** Undefined takes it away. */
export async function writeUserSetting(
  place: Place,
  name: Setting,
  value: string | undefined,
): Promise<void> {
  const path = configPath(place);
  if (path === undefined)
    throw new CatamaranError('environment', {
      code: 'home-unknown',
      message: 'there is no home directory for the configuration: HOME is not set',
      hint: 'Set HOME or XDG_CONFIG_HOME.',
    });
  const { [name]: _, ...others } = await readUserSettings(place);
  const config = value === undefined ? others : { ...others, [name]: value };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(config, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
