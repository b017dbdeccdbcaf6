// `catamaran image inspect IMAGE`: how it runs, what it asks for, its layers; with --files, its root file system.
import { asJson } from '../../base/json.ts';
import { printable } from '../../base/printable.ts';
import { formatSize } from '../../base/size.ts';
import { imageTree } from '../../oci/flatten.ts';
import type { Image } from '../../oci/image.ts';
import { listTree } from '../../tree/digest-tree.ts';
import { createContext } from '../context.ts';
import { makePaint } from '../paint.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { openNamed } from './image-find.ts';

export interface ImageInspectOptions {
  readonly image: string;
  readonly files?: true;
}

export async function describeImage(
  { image: named, files }: ImageInspectOptions,
  session: Session,
): Promise<void> {
  const { globals, front } = session;
  const context = await createContext(session);
  const { name, image } = await openNamed(named, session, context);
  const listing = files ? listTree(await imageTree(context.cache, image, name)) : '';
  const { digest, manifest, config } = image;
  const layers = manifest.layers.map(({ digest, size, mediaType }) => ({ digest, size, mediaType }));
  const facts = { name, digest, config: asJson(config), layers, ...(files && { files: listing }) };
  const title = `${makePaint(globals.color.stdout)('bold', name)}\n`;
  front.result('image inspect', facts, `${title}${renderImage(image)}${listing}`);
}

function renderImage({ digest, manifest, config: { architecture, os, config = {} } }: Image): string {
  const { Entrypoint = [], Cmd = [], User = '', WorkingDir = '', Env = [], Labels = {} } = config;
  const command = [...Entrypoint, ...Cmd].map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word),
  );
  const rows: (readonly [string, string])[] = [
    ['digest', digest],
    ['platform', `${os}/${architecture}`],
    ['command', command.join(' ')],
    ['user', User],
    ['directory', WorkingDir],
    ...Env.map((each, index) => [index === 0 ? 'environment' : '', each] as const),
    ...Object.entries(Labels).map(
      ([key, value], index) => [index === 0 ? 'labels' : '', `${key}=${value}`] as const,
    ),
    ...manifest.layers.map(
      ({ digest, size }, index) => [index === 0 ? 'layers' : '', `${digest} ${formatSize(size)}`] as const,
    ),
  ];
  return renderTable(
    rows
      .filter(([, value]) => value !== '')
      .map((row) => row.map((cell) => printable(cell.replaceAll('\n', ' ')))),
  );
}
