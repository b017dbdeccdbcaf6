// What the pages tell people to write and to type is held to: each command is one of the grammar's, with options that there
// are; each piece of a spec passes `catamaran check`, beside the least that a spec needs; each component can be read.
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/parse.ts';
import { catamaran, fakeIo } from '../cli/fake-io.ts';

interface Block {
  readonly page: string;
  readonly line: number;
  readonly kind: string;
  readonly text: string;
}

/** Fenced blocks, and indented ones that are commands. */
function blocksOf(page: string, text: string): Block[] {
  const fence = /^```(.*)\n([\s\S]*?)^```$/gm;
  const lineOf = (index: number) => text.slice(0, index).split('\n').length;
  const fenced = [...text.matchAll(fence)].map(({ index, 1: kind = '', 2: text_ = '' }) => {
    return { page, line: lineOf(index), kind, text: text_ };
  });
  const open = text.replace(fence, (block) => block.replace(/[^\n]/g, ' '));
  const indented = [...open.matchAll(/^ {4}(?:npx )?catamaran .*$/gm)].map(({ index, 0: line }) => {
    return { page, line: lineOf(index) - 1, kind: 'sh', text: line };
  });
  return [...fenced, ...indented];
}

const pages = [
  'README.md',
  ...(await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const blocks = (
  await Promise.all(pages.map(async (page) => blocksOf(page, await readFile(page, 'utf8'))))
).flat();
const named = ({ page, line }: Block) => `${page}:${line}`;

/** As a shell splits a line, without its expansions. Undefined for what is no call of ours. */
function wordsOf(line: string): string[] | undefined {
  const [call = ''] = line.replace(/^(?:\w+=\S+ )*(?:npx )?/, '').split(/ [|>#] ?|;| && /);
  if (!call.startsWith('catamaran ')) return undefined;
  return [...call.slice('catamaran '.length).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}

const commands = blocks
  .filter(({ kind }) => kind === 'sh' || kind === '')
  .flatMap((block) =>
    block.text.split('\n').map((text, at) => ({ ...block, line: block.line + 1 + at, text })),
  )
  .flatMap((line) => {
    const words = wordsOf(line.text.trim());
    return words ? [[`${named(line)}: ${line.text.trim()}`, words] as const] : [];
  });

test.each(commands)('%s', async (_line, words) => {
  const io = fakeIo();
  const parsed = await parseArguments(words, io);
  // Help and version answer at once.
  expect(parsed !== undefined || io.written.stdout !== '').toBe(true);
});

test('there are commands on the pages that people begin with', () => {
  for (const page of [
    'docs/getting-started.md',
    'docs/your-own-component.md',
    'docs/cookbook.md',
    'docs/releases.md',
  ])
    expect(commands.filter(([line]) => line.startsWith(page)).length).toBeGreaterThan(2);
});

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test('a link leads to a file, and to a heading in it', async () => {
  const all = [
    ...pages,
    'CONTRIBUTING.md',
    ...(await readdir('docs/design')).map((name) => `docs/design/${name}`),
  ];
  const dead: string[] = [];
  for (const page of all) {
    const text = await readFile(page, 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:)/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : join(dirname(page), file);
      if (!existsSync(path)) dead.push(`${page}: ${target}`);
      else if (anchor !== undefined) {
        const headings = [...(await readFile(path, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, text_]) =>
          anchorOf(text_!),
        );
        if (!headings.includes(anchor)) dead.push(`${page}: ${target}`);
      }
    }
  }
  expect(dead).toEqual([]);
});

describe('pieces of specs and components', () => {
  const specPages = [
    'README.md',
    'docs/cookbook.md',
    'docs/getting-started.md',
    'docs/spec.md',
    'docs/your-own-component.md',
  ];
  const ours = blocks.filter(({ page }) => specPages.includes(page));
  let cwd: string;
  const home = () => join(cwd, 'home');

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'catamaran-docs-'));
    await cp('examples/web', join(cwd, 'web'), { recursive: true });
    await mkdir(join(home(), '.ssh'), { recursive: true });
    await writeFile(join(home(), '.ssh/id_ed25519.pub'), 'ssh-ed25519 AAAA person@host\n');
    await writeFile(join(cwd, 'app.tar'), '');
    await writeFile(
      join(cwd, 'least.yml'),
      'os: {id: docs, version: 1}\nkernel: {image: component:kernel}\ninit: [component:init, component:crun, component:agent]\n',
    );
  });
  afterAll(() => rm(cwd, { recursive: true }));

  test.each(ours.filter(({ kind }) => kind === 'yaml').map((block) => [named(block), block] as const))(
    '%s',
    async (_name, { text }) => {
      await writeFile(join(cwd, 'piece.yml'), text);
      const files = /^init:/m.test(text) ? ['piece.yml'] : ['least.yml', 'piece.yml'];
      const { code, stderr } = await catamaran(['check', ...files], { cwd, home: home() });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('no errors') });
    },
  );

  test.each(
    ours.filter(({ kind }) => kind === 'yaml component').map((block) => [named(block), block] as const),
  )('%s', async (_name, { text }) => {
    await mkdir(join(cwd, 'own'), { recursive: true });
    await writeFile(join(cwd, 'own/component.yml'), text);
    const { code, stderr } = await catamaran(['check', './own'], { cwd, home: home() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('no errors') });
  });
});
