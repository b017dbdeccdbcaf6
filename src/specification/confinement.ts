// What a container may not do, and what it may know: seccomp and AppArmor profiles, which are read here so that they are
// inputs like any other setting, and secrets, of which only the names are.
import { CatamaranError, messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { parsed, problem, resolveHostPath, type SpecReading } from './reading.ts';
import type { RawSecret } from './spec.generated.ts';
import type { AppArmor, Seccomp, Secret } from './types.ts';

export function readSeccomp(
  reading: SpecReading,
  pointer: JsonPointer,
  raw: string | undefined,
): Seccomp | undefined {
  if (raw === undefined || raw === 'unconfined') return undefined;
  if (raw === 'default') return { kind: 'default' };
  return parsed(reading, pointer, raw, () => {
    const { path, text } = readProfile(reading, pointer, raw);
    return { kind: 'profile', profile: parseSeccomp(path, text) };
  });
}

function parseSeccomp(path: string, text: string): Json {
  const malformed = (why: string, cause?: unknown) =>
    new CatamaranError(
      'spec',
      {
        code: 'seccomp-malformed',
        message: `${path} is no seccomp profile: ${why}`,
        hint: 'Write linux.seccomp of the OCI runtime specification: {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": […]}',
      },
      { cause },
    );
  let profile: unknown;
  try {
    profile = JSON.parse(text);
  } catch (error) {
    throw malformed(messageOf(error), error);
  }
  const { defaultAction, syscalls, archMap } = (profile ?? {}) as Record<string, unknown>;
  if (typeof defaultAction !== 'string' || !/^SCMP_ACT_[A-Z_]+$/.test(defaultAction)) {
    throw malformed('it has no defaultAction');
  }
  const entries = syscalls ?? [];
  const isRule = (rule: unknown) => {
    const { names, action, includes, excludes } = (rule ?? {}) as Record<string, unknown>;
    if (includes !== undefined || excludes !== undefined) throw malformed(dockersForm);
    return (
      Array.isArray(names) && names.every((name) => typeof name === 'string') && typeof action === 'string'
    );
  };
  if (archMap !== undefined) throw malformed(dockersForm);
  if (!Array.isArray(entries) || !entries.every(isRule)) {
    throw malformed('each of its syscalls must have names and an action');
  }
  return profile as Json;
}

const dockersForm = 'archMap, includes and excludes are of Docker’s form, which runtimes do not read';

export function readAppArmor(
  reading: SpecReading,
  pointer: JsonPointer,
  raw: string | undefined,
): AppArmor | undefined {
  if (raw === undefined || raw === 'unconfined') return undefined;
  if (raw === 'default') return { kind: 'default' };
  return parsed(reading, pointer, raw, () => {
    const { path, text } = readProfile(reading, pointer, raw);
    const name = /^\s*profile\s+([\w./-]+)[\s{]/m.exec(text)?.[1];
    if (name === undefined) {
      throw new CatamaranError('spec', {
        code: 'apparmor-malformed',
        message: `${path} defines no profile by name`,
        hint: 'Begin it with: profile NAME flags=(attach_disconnected,mediate_deleted) {',
      });
    }
    return { kind: 'profile', name, text };
  });
}

const maxProfile = 1 << 20;

function readProfile(
  reading: SpecReading,
  pointer: JsonPointer,
  raw: string,
): { path: string; text: string } {
  const path = resolveHostPath(reading, pointer, raw);
  const refuse = (why: string, cause?: unknown) =>
    new CatamaranError(
      'spec',
      {
        code: 'profile-unreadable',
        message: `${path} cannot be read: ${why}`,
        hint: 'Write default, unconfined, or the path of a profile, relative to the spec.',
      },
      { cause },
    );
  if (!reading.around.read) throw refuse('no other file is read here');
  let text: string;
  try {
    text = reading.around.read(path);
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (text.length > maxProfile) throw refuse('it is larger than 1 MiB');
  return { path, text };
}

/** Where a secret is on the machine unless the spec says otherwise: on the data partition. */
const secretsDirectory = '/var/lib/secrets';

export function readSecrets(
  reading: SpecReading,
  pointer: JsonPointer,
  raw: readonly (RawSecret | string)[] = [],
): Secret[] {
  const secrets = new Map<string, Secret>();
  raw.forEach((entry, index) => {
    const { name, file = `${secretsDirectory}/${name}` } =
      typeof entry === 'string' ? ({ name: entry } as RawSecret) : entry;
    if (secrets.has(name)) {
      problem(reading, childOf(pointer, index), {
        code: 'spec-duplicate-name',
        message: `two secrets are named ${JSON.stringify(name)}`,
        hint: 'Give one of them another name.',
      });
    }
    if (/:|,/.test(file)) {
      problem(reading, childOf(childOf(pointer, index), 'file'), {
        code: 'spec-malformed',
        message: `the path ${JSON.stringify(file)} has a colon or a comma`,
        hint: 'Move the secret to a path without.',
      });
    }
    secrets.set(name, { name, file });
  });
  return [...secrets.values()];
}
