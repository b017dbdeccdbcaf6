// schemas/user-data.schema.json, which editors use: it takes what the readers take, and refuses what they call wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readUserData } from '../../../src/contract/user-data/read.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../schemas/user-data.schema.json'), 'utf8'),
);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Wrong in a way that no schema can say: contents, relations between keys, YAML itself. */
const beyond = new Set([
  'bad-yaml.yml',
  'bad-tabs.yml',
  'bad-loop.yml',
  'bad-deep.yml',
  'bad-bomb.yml',
  'bad-twice.yml',
  'catamaran.yml',
  'catamaran-compose.yml',
  'cloud-chpasswd-list.yml',
  'network-netplan.yml',
  'network-version1.yml',
  'rancher-services.yml',
  'bad-base64.yml',
]);

const fixtures = join(import.meta.dirname, 'fixtures');
const named = readdirSync(fixtures).filter(
  (name) => name.endsWith('.yml') && name !== 'talos.yml' && !beyond.has(name),
);

test.each(named)('%s', (name) => {
  const bytes = readFileSync(join(fixtures, name));
  const errors = readUserData(bytes).findings.filter(({ level }) => level === 'error');
  // What !!binary stands for is a text for the schema.
  const text = (_: string, value: { type?: unknown } | null) => (value?.type === 'Buffer' ? '' : value);
  const valid = validate(JSON.parse(JSON.stringify(parse(bytes.toString(), { version: '1.1' }), text)));
  expect(valid, JSON.stringify(validate.errors)).toBe(errors.length === 0);
});
