// What we call wrong and right, beside the validators of others: cloud-init's schema and ignition-validate, as Debian has
// them. Where we differ, and why, is listed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readUserData } from '../../../src/contract/user-data/read.ts';
import { hostTools, type ToolsComponent } from '../../support/tools.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const openTools = () => hostTools(['tools-provision' as string as ToolsComponent]);
const namesOf = (ending: string) =>
  readdirSync(fixtures)
    .sort()
    .filter((name) => name.endsWith(ending) && !/^(talos|bad-bomb)/.test(name));
const isRight = (name: string) =>
  !readUserData(readFileSync(join(fixtures, name))).findings.some(({ level }) => level === 'error');

const python = `
import json, sys, yaml, logging
logging.disable(logging.CRITICAL)
from cloudinit.config.schema import get_schema, validate_cloudconfig_schema, SchemaValidationError
schema = get_schema()
verdicts = {}
for path in sys.argv[1:]:
    try:
        validate_cloudconfig_schema(yaml.safe_load(open(path)), schema, strict=True)
        verdicts[path] = True
    except (SchemaValidationError, yaml.YAMLError, RecursionError):
        verdicts[path] = False
print(json.dumps(verdicts))
`;

test('of 60 documents, most of them as people post them', () => {
  const names = [...namesOf('.yml'), ...namesOf('.ign')];
  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(
    names.filter((name) => !name.startsWith('bad') && !name.startsWith('ign-bad')).length,
  ).toBeGreaterThan(30);
});

/** Keys that cloud-init does not have, and forms in which it is stricter or looser than a machine. */
const otherThanCloudInit: Readonly<Record<string, string>> = {
  'bad-twice.yml': 'a key that stands twice is not seen by it',
  'cloud-cos.yml': 'permissions as a number, as they are often written',
  'cloud-disks.yml': 'partitions by number and an empty column of mounts, which its own documentation has',
  'cloud-docker-host.yml': 'a path on the read-only root',
  'coreos-etcd.yml': 'a key of CoreOS',
  'network-rancher.yml': 'a key of RancherOS',
};

test('cloud-init', async () => {
  const tools = await openTools();
  const names = namesOf('.yml');
  const env = {
    PYTHONHOME: tools.path('usr'),
    PYTHONPATH: tools.path('usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const { stdout } = await tools.run(
    'python3',
    ['-c', python, ...names.map((name) => join(fixtures, name))],
    { env },
  );
  const verdicts = JSON.parse(stdout) as Record<string, boolean>;
  const differ = names.filter((name) => verdicts[join(fixtures, name)] !== isRight(name));
  expect(differ).toEqual(Object.keys(otherThanCloudInit).sort());
});

/** What one knows and the other does not. */
const otherThanIgnition: Readonly<Record<string, string>> = {
  'ign-bad-user.ign': 'a user without a name is not seen by it',
  'ign-hash.ign': 'version 3.4.0, which is newer than Debian’s',
};

test('ignition-validate', async () => {
  const tools = await openTools();
  const names = namesOf('.ign');
  const differ: string[] = [];
  for (const name of names) {
    const right = await tools.run('ignition-validate', [join(fixtures, name)]).then(
      () => true,
      () => false,
    );
    if (right !== isRight(name)) differ.push(name);
  }
  expect(differ).toEqual(Object.keys(otherThanIgnition).sort());
});
