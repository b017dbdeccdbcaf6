// docs/user-data-modules.md, from the table of src/agent/provision/apply: what a machine does with each part of its user-data.
import { build } from 'esbuild';

const intro = `# What a machine does with its user-data

Each line is a module; they have their turn in this order. One that fails is reported, and the others go on: nothing here keeps a
machine from coming up. Once means once for each machine: a disk that is copied and started with another instance id is set up anew,
and what a person has changed since stays. Where the spec says \`etc: memory\`, what lies in \`/etc\` is written at each boot; files in
\`/run\` and \`/tmp\` are too. A path that leads out by \`..\` or to the read-only root is refused by its name.
`;

const times = { instance: 'once', boot: 'at each boot', path: 'once; what a boot forgets, at each' };
const passes = {
  local: [
    'Before the network and the `onboot` containers',
    'User-data that are known only when there is a network have their turn then.',
  ],
  network: ['Before the services', 'With a network: what has to be fetched is verified before it is used.'],
  final: ['When the services have started', ''],
};

export async function userDataModulesPage(root) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { applyModules } from './src/agent/provision/apply/table.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  });
  const { applyModules: modules } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  );
  const sections = Object.entries(passes).map(([pass, [title, more]]) => {
    const rows = modules
      .filter((module) => module.pass === pass)
      .map(({ name, summary, when }) => `| ${name} | ${summary} | ${times[when]} |`);
    return [
      `## ${title}`,
      ...(more === '' ? [] : [more]),
      ['| module | what happens | when |', '|---|---|---|', ...rows].join('\n'),
    ].join('\n\n');
  });
  return `${[intro.trimEnd(), ...sections].join('\n\n')}\n`;
}
