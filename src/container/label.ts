// LinuxKit's label of an image: JSON or YAML text → settings, by the same rules as in a spec.
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { checkDocument } from '../document/document.ts';
import { describePointer, type JsonPointer } from '../document/pointer.ts';
import { validateSettings } from '../document/validators.generated.ts';
import { parseYaml } from '../document/yaml.ts';
import { type ExecutionConfig, runtimeLabel } from '../oci/image.ts';
import { readContainerSettings } from '../specification/settings.ts';
import type { RawContainerSettings } from '../specification/spec.generated.ts';
import type { Settings, SpecNames } from '../specification/types.ts';
import { isSet } from './merge.ts';

/**
 * @param image its name, for messages
 * @param spec whose keys win: what a key of the label refers to need not exist where nobody asks
 */
export function readLabel(
  { Labels }: ExecutionConfig,
  image: string,
  names: SpecNames,
  spec: Settings,
): Settings {
  const text = Labels?.[runtimeLabel];
  if (text === undefined || text.trim() === '') return {};
  try {
    const parsed = parseYaml(runtimeLabel, text);
    if (parsed.value === null) return {};
    renameGoKeys(parsed.value);
    const { value, problems } = checkDocument<RawContainerSettings>(
      'spec.schema.json#/definitions/containerSettings',
      validateSettings,
      parsed,
    );
    problems.throwIfAny();
    const found: Diagnostic[] = [];
    const problem = (pointer: JsonPointer, { message, ...diagnostic }: Diagnostic) => {
      found.push({ ...diagnostic, message: `${describePointer(pointer)}: ${message}` });
    };
    const settings = readContainerSettings(withoutOverruled(value, spec), names, { problem, warn: () => {} });
    const [first, ...rest] = found;
    if (first) throw new CatamaranError('spec', [first, ...rest]);
    return settings;
  } catch (error) {
    throw error instanceof CatamaranError ? inLabel(error, image) : error;
  }
}

function withoutOverruled(label: RawContainerSettings, spec: Settings): RawContainerSettings {
  const wins = (key: string) => isSet(spec[key as keyof Settings]) && key !== 'runtime';
  return Object.fromEntries(Object.entries(label).filter(([key]) => !wins(key.replace(/\.add$/, ''))));
}

/** Without a position: the text is one line of a file that nobody has at hand. */
function inLabel(error: CatamaranError, image: string): CatamaranError {
  const [first, ...rest] = error.diagnostics.map(
    ({ message, hint }): Diagnostic => ({
      code: 'image-label-malformed',
      message: `the label ${runtimeLabel} of ${image}: ${message}`,
      hint: hint ?? 'Mend the image, or use another one.',
    }),
  );
  return new CatamaranError('spec', [first!, ...rest], { cause: error });
}

/** LinuxKit's own builder writes these keys as Go's JSON has them, and then refuses them. */
function renameGoKeys(label: unknown): void {
  const { resources, mounts, runtime } = (label ?? {}) as Record<string, unknown>;
  rename(resources, 'blockIO', 'blockio');
  for (const list of [mounts, (runtime as { mounts?: unknown } | undefined)?.mounts]) {
    for (const mount of Array.isArray(list) ? list : []) {
      rename(mount, 'uidMappings', 'uidmappings');
      rename(mount, 'gidMappings', 'gidmappings');
    }
  }
}

function rename(fields: unknown, from: string, to: string): void {
  if (fields === null || typeof fields !== 'object' || !Object.hasOwn(fields, from)) return;
  const record = fields as Record<string, unknown>;
  record[to] ??= record[from];
  delete record[from];
}
