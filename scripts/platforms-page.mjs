// The tables of docs/platforms.md, from src/platform: between two marks, so that the words around them are written by hand.
import { build } from 'esbuild';

/** @param page the page as it is */
export async function platformsPage(root, page) {
  const { platforms, sourcesOf, userDataSources } = await load(root);
  const all = Object.entries(platforms).sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = table(
    ['name', 'what', 'told by', 'firmware', 'console', 'disk', 'network', 'user-data, in order'],
    all.map(([name, platform]) => [
      code(name),
      platform.title,
      detection(platform.detection),
      platform.firmware.join(', '),
      platform.kernel.consoles.join(', '),
      `${platform.machine.disk}${size(platform.disk)}`,
      platform.machine.nic,
      sourcesOf(platform).join(', '),
    ]),
  );
  const sources = table(
    ['source', 'where it is'],
    Object.entries(userDataSources).map(([name, place]) => [name, describePlace(place)]),
  );
  return replace(replace(page, 'platforms', facts), 'user-data', sources);
}

/** The keys of a spec's `platforms`, as a schema has them. */
export async function platformProperties(root) {
  const { platforms } = await load(root);
  const names = Object.keys(platforms).sort();
  const describe = (name) => ({ description: `${platforms[name].title}.`, $ref: '#/definitions/platform' });
  return Object.fromEntries(names.map((name) => [name, describe(name)]));
}

async function load(root) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './src/platform/table.ts'; export * from './src/platform/user-data.ts';`,
      resolveDir: root,
    },
    ...{ bundle: true, write: false, format: 'esm', absWorkingDir: root },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const code = (text) => `\`${text}\``;
const list = (words) => words.map(code).join(', ');

function detection({ dmi, labels }) {
  const ways = dmi.map((each) => list(Object.entries(each).map(([field, text]) => `${field}: ${text}`)));
  if (labels.length > 0) ways.push(`a volume ${list(labels)}`);
  return ways.join(' or ') || 'nothing';
}

function size({ smallest, multiple }) {
  const [least, step] = [smallest / 2 ** 30, multiple / 2 ** 30];
  return step < 1 ? (least > 0 ? `, ${least} GiB or more` : '') : `, ${least} GiB or more, whole GiB`;
}

function describePlace(place) {
  switch (place.at) {
    case 'argument':
      return `kernel argument ${code(`${place.name}=URL`)}`;
    case 'seed':
      return `${code('ds=nocloud;s=URL')} as a kernel argument or as SMBIOS serial number`;
    case 'file':
      return list(place.paths);
    case 'firmware':
      return `fw_cfg ${list(place.keys)}`;
    case 'smbios':
      return `SMBIOS type 11, ${list([`${place.key}=TEXT`, `${place.key}.base64=…`, `io.systemd.credential[.binary]:${place.key}=…`])}`;
    case 'volume':
      return `${list(Object.values(place.documents))} on a volume ${list(place.labels) || 'of any label'} (${place.types.join(', ')})`;
    case 'http':
      return [
        `${list(Object.values(place.documents))} below ${list(place.bases)}`,
        place.session && 'with a session',
      ]
        .filter(Boolean)
        .join(', ');
    case 'guestinfo':
      return `VMware’s ${code('guestinfo.*')}, by ${code('vmware-rpctool')}`;
    default:
      return `${place.at} ${code(place.key)}`;
  }
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function replace(page, name, text) {
  const marks = [`<!-- generated: ${name} -->`, '<!-- end -->'];
  const start = page.indexOf(marks[0]);
  const end = page.indexOf(marks[1], start);
  if (start < 0 || end < 0) throw new Error(`docs/platforms.md has no ${marks[0]} … ${marks[1]}`);
  return `${page.slice(0, start + marks[0].length)}\n${text}\n${page.slice(end)}`;
}
