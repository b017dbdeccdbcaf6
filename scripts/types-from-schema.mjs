// Writes TypeScript interfaces for a JSON Schema of the subset that ours keep to: every object has a title and lists
// its keys, or is a map; scalars are written in place; a definition whose keys all come from another extends it.

/** @param imports which module has the types of another schema file */
export function generateTypes(file, schemas, imports) {
  const interfaces = new Map();
  const imported = new Map();

  function resolve(ref, from) {
    const [otherFile, pointer] = ref.split('#');
    const target = otherFile || from;
    const keys = pointer.split('/').slice(1);
    const schema = keys.reduce(
      (at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')],
      schemas[target],
    );
    return { schema, file: target };
  }

  function typeOf(schema, from) {
    if (schema.$ref) {
      const target = resolve(schema.$ref, from);
      return typeOf(target.schema, target.file);
    }
    if (schema.enum) return schema.enum.map((value) => quote(value)).join(' | ');
    // Text where other scalars are taken as they are written (src/document/coerce.ts).
    if (schema.type[0] === 'string')
      return schema.type.includes('object')
        ? `string | ${typeOf({ ...schema, type: 'object' }, from)}`
        : 'string';
    if (Array.isArray(schema.type))
      return schema.type.map((type) => typeOf({ ...schema, type }, from)).join(' | ');
    if (schema.type === 'array') {
      const item = typeOf(schema.items, from);
      return item.includes(' | ') ? `readonly (${item})[]` : `readonly ${item}[]`;
    }
    if (schema.type === 'object' && schema.properties) return nameOf(schema, from);
    if (schema.type === 'object') {
      const value = schema.additionalProperties ? typeOf(schema.additionalProperties, from) : 'unknown';
      return `Readonly<Record<string, ${value}>>`;
    }
    return schema.type === 'integer' ? 'number' : schema.type;
  }

  function nameOf(schema, from) {
    const title = schema.title.replace(/[^A-Za-z]+(.)/g, (_, letter) => letter.toUpperCase());
    // As it is written: what is made of it by reading has the plain name.
    const name = title.endsWith('Document') ? title : `Raw${title}`;
    if (from !== file) imported.set(name, imports[from]);
    else if (!interfaces.has(name)) {
      interfaces.set(name, '');
      interfaces.set(name, interfaceOf(name, schema));
    }
    return name;
  }

  function interfaceOf(name, schema) {
    const entries = Object.entries(schema.properties);
    const inherited = entries.filter(([, property]) => property.$ref?.includes('/properties/'));
    const base = inherited[0] && resolve(inherited[0][1].$ref.split('/properties/')[0], file).schema;
    const own = entries.filter((entry) => !inherited.includes(entry));
    const lines = own.map(([key, property]) => {
      const optional = schema.required?.includes(key) ? '' : '?';
      return `${comment(describe(property), '  ')}  readonly ${quoteKey(key)}${optional}: ${typeOf(property, file)};\n`;
    });
    const heritage = base ? ` extends ${nameOf(base, file)}` : '';
    return `${comment(schema.description ?? '', '')}export interface ${name}${heritage} {\n${lines.join('')}}\n`;
  }

  function describe(property) {
    const target = property.$ref ? resolve(property.$ref, file).schema : property;
    const description = property.description ?? target.description ?? '';
    const fallback = property.default ?? target.default;
    const empty = fallback === undefined || fallback === false || fallback === '' || Array.isArray(fallback);
    return empty ? description : `${description} Default: ${fallback}.`;
  }

  nameOf(schemas[file], file);
  const importLines = [...new Set(imported.values())].map((module) => {
    const names = [...imported].filter(([, from]) => from === module).map(([name]) => name);
    return `import type { ${names.sort().join(', ')} } from '${module}';\n`;
  });
  return [...importLines, ...interfaces.values()].join('\n');
}

const quote = (text) => `'${String(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const quoteKey = (key) => (/^[A-Za-z_]\w*$/.test(key) ? key : quote(key));

function comment(text, indent) {
  if (text === '') return '';
  const width = 104 - indent.length;
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > width) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
