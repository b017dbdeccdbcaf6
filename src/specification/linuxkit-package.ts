// A package of LinuxKit: a directory with a build.yml, of which LinuxKit builds an image and pushes it to a registry. What
// of that file says under which name is read here; the rest of it is LinuxKit's business.
import { parse } from 'yaml';
import { CatamaranError, messageOf } from '../base/errors.ts';

export interface LinuxKitPackage {
  readonly image: string;
  readonly org: string;
  /** A template: `{{.Hash}}` in it is the hash of what the image is built from. */
  readonly tag: string;
  /** Directories that are built in too, relative to the package's own. */
  readonly extraSources: readonly string[];
}

/** Its keys: LinuxKit refuses any other. */
const keys =
  'image org tag dockerfile arches extra-sources gitrepo network disable-cache config buildArgs depends'.split(
    ' ',
  );

export function parsePackage(file: string, text: string): LinuxKitPackage {
  const fields = parseFields(file, text);
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw malformed(file, `it has an unknown key, ${JSON.stringify(unknown)}`);
  const textOf = (key: string, otherwise: string): string => {
    const value = fields[key] ?? otherwise;
    if (typeof value !== 'string') throw malformed(file, `${key} is no text`);
    return value || otherwise;
  };
  const image = textOf('image', '');
  if (image === '') throw malformed(file, 'it names no image');
  return {
    image,
    org: textOf('org', 'linuxkit'),
    tag: readTemplate(file, textOf('tag', '{{.Hash}}')),
    extraSources: readSources(file, fields['extra-sources'] ?? []),
  };
}

function parseFields(file: string, text: string): Record<string, unknown> {
  let fields: unknown;
  try {
    fields = parse(text, { logLevel: 'error', maxAliasCount: 100 });
  } catch (error) {
    throw malformed(file, messageOf(error).split('\n')[0]!, error);
  }
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields)) {
    throw malformed(file, 'it is no mapping');
  }
  return fields as Record<string, unknown>;
}

function readTemplate(file: string, tag: string): string {
  if (/\{\{/.test(tag.replaceAll(hashInTemplate, ''))) {
    throw malformed(file, `tag is ${JSON.stringify(tag)}, and only {{.Hash}} is known in it`);
  }
  return tag;
}

const hashInTemplate = /\{\{-?\s*\.Hash\s*-?\}\}/g;

/** `FROM:TO`, of which the first is a directory beside the package. */
function readSources(file: string, sources: unknown): string[] {
  if (!Array.isArray(sources)) throw malformed(file, 'extra-sources is no list');
  return sources.map((source) => {
    const parts = typeof source === 'string' ? source.split(':') : [];
    if (parts.length !== 2 || !parts[0]) {
      throw malformed(file, `${JSON.stringify(source)} in extra-sources is not DIRECTORY:DIRECTORY`);
    }
    return parts[0];
  });
}

/** As it would be written in a spec. */
export function nameOfPackage({ org, image, tag }: LinuxKitPackage, hash: string): string {
  return `${org}/${image}:${tag.replaceAll(hashInTemplate, hash)}`;
}

function malformed(file: string, why: string, cause?: unknown): CatamaranError {
  return new CatamaranError(
    'spec',
    {
      code: 'package-malformed',
      message: `${file} is no recipe of a LinuxKit package: ${why}`,
      hint: 'It needs at least image: NAME. See LinuxKit’s documentation of packages.',
    },
    { cause },
  );
}
