// docs/components.md says what the components say of themselves; `npx vitest run -u` on this file writes it anew.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ComponentDefinition, listComponents, readComponent } from '../../src/component/definition.ts';
import { describeMeasured, readMeasured } from '../../src/component/measured.ts';

const root = 'components';

/** What was measured, of those for which that was done. */
function tableOf(measured: Awaited<ReturnType<typeof readMeasured>>): string {
  const cell = (rows: ReturnType<typeof describeMeasured>, label: string) =>
    (rows.find(([each]) => each === label)?.[1] ?? []).map((each) => each.replace(' at rest', '')).join(', ');
  const rows = Object.entries(measured).map(([name, each]) => {
    const words = describeMeasured(each);
    return `| [${name}](#${name}) | ${['size', 'memory', 'listens'].map((label) => cell(words, label)).join(' | ')} |\n`;
  });
  if (rows.length === 0) return '';
  return [
    '## What they take\n\n',
    'Files unpacked; memory of its programs at rest, and where they listen, in a booted machine\n',
    '(`npm run measure:parts`).\n\n',
    '| part | size | memory | listens on |\n|---|---|---|---|\n',
    ...rows,
  ].join('');
}

function section(component: ComponentDefinition): string {
  const { name, summary, description, packages, config, runtime } = component;
  const command = [...config.entrypoint, ...config.cmd].join(' ');
  const facts: [string, string][] = [
    ['Debian packages', packages.map((each) => `\`${each}\``).join(', ')],
    ['runs', command && `\`${command}\``],
    ['capabilities', (runtime?.capabilities ?? []).map((each) => `\`${each}\``).join(', ')],
    ['kernel modules', name === 'initrd' ? '' : component.modules.map((each) => `\`${each}\``).join(', ')],
    ['listens on', component.sockets.map((each) => `\`${each}\``).join(', ')],
    ['binds', (runtime?.binds ?? []).map((each) => `\`${each}\``).join(', ')],
  ];
  const list = facts.filter(([, value]) => value).map(([key, value]) => `- ${key}: ${value}\n`);
  return [`## ${name}\n\n${summary}\n`, description && `${description.trim()}\n`, list.join('')]
    .filter(Boolean)
    .join('\n');
}

test('docs/components.md is what the components say', async () => {
  const names = await listComponents(root);
  const definitions = await Promise.all(names.map((name) => readComponent(join(root, name))));
  const heading =
    '# Components\n\nMade from `components/*/component.yml`; name one in a spec as `component:NAME`.\n';
  const table = tableOf(await readMeasured(root));
  const text = [heading, ...(table ? [table] : []), ...definitions.map(section)].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/components.md');
});
