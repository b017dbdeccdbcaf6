// The formats for people: what `catamaran formats` and docs/outputs.md say of each.
import { byName } from '../base/order.ts';
import type { Format } from './format.ts';
import { formats } from './formats.ts';

export interface DescribedFormat {
  readonly name: string;
  /** With ID or NAME for what they are named after. */
  readonly files: readonly string[];
  /** How QEMU boots it, in a word or two; empty where nothing does. */
  readonly boots: string;
  readonly summary: string;
}

export function describeFormats(): DescribedFormat[] {
  return [...formats].sort((a, b) => byName(a.name, b.name)).map(describe);
}

/** The table of docs/outputs.md. */
export function formatTable(): string {
  const code = (text: string) => `\`${text}\``;
  const rows = describeFormats().map(({ name, files, boots, summary }) =>
    [code(name), files.map(code).join(', '), summary, boots].join(' | '),
  );
  return ['format | files | what it is | boots as', '--- | --- | --- | ---', ...rows]
    .map((row) => `| ${row} |\n`)
    .join('');
}

function describe({ name, files, named, boots, summary }: Format): DescribedFormat {
  const stem =
    typeof named === 'object' ? `ID-VERSION-${named.platform}-ARCH` : named === 'os' ? 'ID' : 'NAME';
  const how =
    boots === undefined ? '' : typeof boots === 'object' || boots === 'packed disk' ? 'disk' : boots;
  return { name, files: files.map((suffix) => `${stem}${suffix}`), boots: how, summary };
}
