// `catamaran component list|show`: what a spec can name as `component:NAME`.
import { dirname, join, resolve } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { asJson, type Json } from '../../base/json.ts';
import {
  type ComponentDefinition,
  listComponents as namesBelow,
  readComponent,
} from '../../component/definition.ts';
import { describeMeasured, readMeasured } from '../../component/measured.ts';
import { unknownComponent } from '../../specification/reference.ts';
import { componentsRoot } from '../package-root.ts';
import { makePaint } from '../paint.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export async function showComponents({ front }: Session): Promise<void> {
  const root = componentsRoot();
  const components: ComponentDefinition[] = [];
  for (const name of await namesBelow(root)) components.push(await readComponent(join(root, name)));
  const text = renderTable(components.map(({ name, summary }) => [name, summary]));
  front.result(
    'component list',
    { components: components.map(({ name, summary }) => ({ name, summary })) },
    text,
  );
}

export async function showComponent(name: string, { io, globals, front }: Session): Promise<void> {
  const directory = name.includes('/') ? resolve(io.cwd, name) : await findComponent(name);
  const component = await readComponent(directory);
  const title = makePaint(globals.color.stdout)('bold', component.name);
  const measured = (await readMeasured(dirname(component.directory)))[component.name];
  const rows = [...listedFacts(component), ...describeMeasured(measured)]
    .filter(([, values]) => values.length > 0)
    .map(([label, values]) => [label, values.join(' ')]);
  const text = [`${title}: ${component.summary}\n`, component.description, renderTable(rows)]
    .filter((part) => part !== '')
    .map((part) => part.replace(/\n*$/, '\n'))
    .join('\n');
  const facts = Object.fromEntries(listedFacts(component)) as Record<string, Json>;
  front.result(
    'component show',
    {
      name,
      summary: component.summary,
      description: component.description,
      ...facts,
      ...(measured && { measured: asJson(measured) }),
    },
    text,
  );
}

function listedFacts(component: ComponentDefinition) {
  const { packages, without, users, groups, modules, sockets, generate, config } = component;
  return [
    ['packages', packages],
    ['without', without],
    ['programs', component.programs.map(({ path }) => path)],
    ['plugins', component.plugins.map(({ path }) => path)],
    ['users', users.map((user) => user.name)],
    ['groups', groups.map((group) => group.name)],
    ['modules', modules],
    ['sockets', sockets],
    ['generate', generate],
    ['command', [...config.entrypoint, ...config.cmd]],
  ] as const satisfies readonly (readonly [string, readonly string[]])[];
}

/** The directory of one of our components. Throws fault 'usage' with the nearest name. */
export async function findComponent(name: string): Promise<string> {
  const names = await namesBelow(componentsRoot());
  if (names.includes(name)) return join(componentsRoot(), name);
  const { diagnostics } = unknownComponent(name, names);
  throw new CatamaranError('usage', diagnostics);
}
