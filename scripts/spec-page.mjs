// docs/spec.md: every key of a spec with what it means, by section, from schemas/spec.schema.json.

const introduction = `
# A spec, key by key

A spec is one YAML file that says what a machine is made of. Read it from the top: the kernel boots, \`init\` is the system around
it, the \`onboot\` containers run one after the other, and then the \`services\` run for as long as the machine does. \`files\` are
laid over it last. Only \`kernel\`, \`init\` and \`os\` are needed for a machine that boots.

\`\`\`yaml
os: { id: lighthouse, version: 1.4.0 }
kernel: { image: component:kernel, cmdline: "console=tty0 console=ttyS0" }
init: [component:init, component:crun, component:agent]
services:
  - { name: dhcp, image: component:dhcp }
  - { name: sshd, image: component:sshd }
\`\`\`

An image is one of: \`component:NAME\` ([components](components.md)), \`./DIRECTORY\` of
[a component of your own](your-own-component.md), \`REGISTRY/NAME:TAG\`, \`oci:DIRECTORY\`, \`oci-archive:FILE\` or
\`docker-archive:FILE\`. Paths of the host are relative to the spec; \`~/\` is your home directory. \`catamaran check SPEC\` says what
is wrong with a spec, with line and remedy. Sizes are \`512M\`, \`1G\`; times \`30s\`, \`10m\`.

The format is a superset of LinuxKit's ([moving over](linuxkit.md)). [The cookbook](cookbook.md) goes the other way, from what you want to the keys.
`;

const containers = ['onboot', 'services', 'onshutdown'];

export function specPage(schema) {
  const { properties, definitions } = schema;
  const top = Object.entries(properties).map(([key, value]) => row(definitions, key, value));
  const sections = Object.entries(properties)
    .filter(([key]) => !containers.includes(key) && key !== 'trust')
    .map(([key, value]) => [key, shapeOf(definitions, value)])
    .filter(([, shape]) => shape?.properties && key(shape) !== 'platforms')
    .map(([key, shape]) => section(`\`${key}\``, shape, definitions));
  const { service, onbootContainer, onshutdownContainer } = definitions;
  const only = (shape) => Object.keys(service.properties).filter((key) => !(key in shape.properties));
  const own = (shape) => Object.keys(shape.properties).filter((key) => !(key in service.properties));
  const differs = (name, shape) =>
    `\`${name}\` has the same keys without ${code(only(shape))}${own(shape).length ? `, and in addition ${code(own(shape))}` : ''}.`;
  return [
    introduction,
    `\n## The sections\n\n${table(top)}`,
    section('A container: `onboot`, `services`, `onshutdown`', service, definitions),
    `\n${differs('onboot', onbootContainer)}\n${differs('onshutdown', onshutdownContainer)}\n`,
    ...sections,
    section('`platforms`: each of them', definitions.platform, definitions),
  ].join('');
}

const key = (shape) => (shape.title === 'Platforms' ? 'platforms' : '');
const code = (names) => names.map((name) => `\`${name}\``).join(', ');

function section(title, shape, definitions) {
  return `\n## ${title}\n\n${shape.description}\n\n${table(rowsOf(definitions, shape, ''))}`;
}

/** Of a mapping, or of the items of a list of mappings. */
function shapeOf(definitions, value) {
  const own = resolved(definitions, value);
  if (own.properties) return { ...own, description: value.description ?? own.description };
  if (own.items) return shapeOf(definitions, { ...own.items, description: own.description });
  return undefined;
}

function rowsOf(definitions, shape, before) {
  return Object.entries(shape.properties).flatMap(([key, value]) => {
    const own = resolved(definitions, value);
    const needed = shape.required?.includes(key) ?? false;
    const below =
      own.properties && before.split('.').length < 3 ? rowsOf(definitions, own, `${before}${key}.`) : [];
    return [row(definitions, `${before}${key}`, value, needed), ...below];
  });
}

function row(definitions, key, value, needed = false) {
  const own = resolved(definitions, value);
  const example = own.examples?.[0];
  const allowed = own.enum?.filter((each) => each !== null && each !== '');
  const what = [value.description ?? own.description, allowed && `One of ${code(allowed)}.`]
    .filter(Boolean)
    .join(' ');
  const usual = needed
    ? 'needed'
    : own.default === undefined || isEmpty(own.default)
      ? ''
      : `\`${text(own.default)}\``;
  return [
    `\`${key}\``,
    what ?? '',
    usual,
    example === undefined || own.properties ? '' : `\`${text(example)}\``,
  ];
}

const isEmpty = (value) => value === '' || (Array.isArray(value) && value.length === 0);

function resolved(definitions, value) {
  if (!value.$ref) return value;
  const { $ref, ...own } = value;
  const path = $ref.replace(/^.*#\/definitions\//, '').split('/');
  const target = path.reduce((found, part) => found[part], definitions);
  return { ...resolved(definitions, target), ...own };
}

/** As it stands in YAML, on one line. */
function text(value) {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (value && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}: ${text(each)}`)
      .join(', ')}}`;
  return String(value).replaceAll('\n', '\\n');
}

const table = (rows) =>
  [
    'key | what it is | default | example',
    '---|---|---|---',
    ...rows.map((cells) => cells.map(cell).join(' | ')),
  ]
    .map((line) => `| ${line} |\n`)
    .join('');

const cell = (value) => value.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
