// Makes what has another source: types and validators from schemas/*.schema.json, docs/errors.md from the error codes, docs/spec.md,
// the platforms of a spec and the tables of docs/platforms.md from src/platform.
// `node scripts/generate.mjs` writes them; `--check` fails when a written one is stale.
// schemas/user-data.schema.json goes the other way: it is made from the readers of user-data, which the device has too.
// The validators are compiled here, not at run time: loading and running ajv takes 150 ms, its output 6 ms.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { errorsPage } from './errors-page.mjs';
import { formatFacts } from './format-facts.mjs';
import { platformProperties, platformsPage } from './platforms-page.mjs';
import { specPage } from './spec-page.mjs';
import { generateTypes } from './types-from-schema.mjs';
import { userDataModulesPage } from './user-data-modules-page.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const banner = (from) => `// Generated from ${from} by scripts/generate.mjs. Do not edit.\n`;
const readSchema = (name) => JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8'));
const schemas = {
  'spec.schema.json': readSchema('spec.schema.json'),
  'component.schema.json': readSchema('component.schema.json'),
  'lock.schema.json': readSchema('lock.schema.json'),
  'artifacts.schema.json': readSchema('artifacts.schema.json'),
};

// The names of platforms are those of src/platform.
schemas['spec.schema.json'].properties.platforms.properties = await platformProperties(root);

// The names of formats, and what may be said of each, are those of src/output.
const { names: formatNames, options: formatOptions } = await formatFacts(root);
const outputKeys = schemas['spec.schema.json'].properties.outputs.items.properties;
outputKeys.format.enum = formatNames;
outputKeys.options.properties = formatOptions;

/** The file as it is laid out, where it says the same. */
function keepFormat(path, wanted) {
  const text = read(path);
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(wanted)
    ? text
    : `${JSON.stringify(wanted, null, 2)}\n`;
}

function generateValidators() {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strict: true,
    code: { source: true, esm: true },
  });
  ajv.addVocabulary(['patternErrorMessage']);
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
  const code = standalone.default(ajv, {
    validateSpec: 'spec.schema.json',
    validateSettings: 'spec.schema.json#/definitions/containerSettings',
    validateComponent: 'component.schema.json',
    validateLock: 'lock.schema.json',
  });
  return `// @ts-nocheck\n${banner('schemas/*.schema.json')}${code}\n`;
}

/** The shape of a cloud-config says its schema itself. */
async function generateUserDataSchema() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/contract/user-data/cloud-config/table.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  });
  const { cloudConfigShape } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'User-data',
    ...cloudConfigShape.schema,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const generated = {
  'schemas/spec.schema.json': keepFormat('schemas/spec.schema.json', schemas['spec.schema.json']),
  'schemas/user-data.schema.json': await generateUserDataSchema(),
  'src/specification/spec.generated.ts':
    banner('schemas/spec.schema.json') + generateTypes('spec.schema.json', schemas, {}),
  'src/component/component.generated.ts':
    banner('schemas/component.schema.json') +
    generateTypes('component.schema.json', schemas, {
      'spec.schema.json': '../specification/spec.generated.ts',
    }),
  'src/lock/lock.generated.ts':
    banner('schemas/lock.schema.json') + generateTypes('lock.schema.json', schemas, {}),
  'src/output/artifacts.generated.ts':
    banner('schemas/artifacts.schema.json') + generateTypes('artifacts.schema.json', schemas, {}),
  'src/document/validators.generated.ts': generateValidators(),
  'docs/errors.md': `<!-- Generated from src/base/error-codes.ts by scripts/generate.mjs. Do not edit. -->\n${await errorsPage(root)}`,
  'docs/user-data-modules.md': `<!-- Generated from src/agent/provision/apply/table.ts by scripts/generate.mjs. Do not edit. -->\n${await userDataModulesPage(root)}`,
  'docs/spec.md': `<!-- Generated from schemas/spec.schema.json by scripts/generate.mjs. Do not edit. -->\n${specPage(schemas['spec.schema.json'])}`,
  'docs/platforms.md': await platformsPage(root, read('docs/platforms.md')),
};

const check = process.argv.includes('--check');
const stale = Object.entries(generated).filter(([path, text]) => {
  try {
    return readFileSync(join(root, path), 'utf8') !== text;
  } catch {
    return true;
  }
});
for (const [path, text] of stale) {
  if (check) console.error(`${path} is stale: run node scripts/generate.mjs`);
  else writeFileSync(join(root, path), text);
}
if (check && stale.length > 0) process.exitCode = 1;
