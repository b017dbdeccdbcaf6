// `catamaran cache info|gc`: what the cache holds, and how it gets smaller.
import { formatSize } from '../../base/size.ts';
import { collectGarbage } from '../../store/gc.ts';
import { cacheInfo } from '../../store/info.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

const millisecondsPerDay = 86_400_000;

export async function showCache({ globals, front }: Session): Promise<void> {
  const kinds = await cacheInfo(globals.cache);
  const total = kinds.reduce(
    (sum, kind) => ({ count: sum.count + kind.count, bytes: sum.bytes + kind.bytes }),
    {
      count: 0,
      bytes: 0,
    },
  );
  const rows = [...kinds, { kind: 'total', ...total }].map(({ kind, count, bytes }) => [
    kind,
    String(count),
    formatSize(bytes),
  ]);
  const text = `${globals.cache}\n${renderTable(rows, ['left', 'right', 'right'])}`;
  front.result(
    'cache info',
    { directory: globals.cache, kinds: kinds.map((kind) => ({ ...kind })), total },
    text,
  );
}

export async function shrinkCache(
  options: { olderThan: number },
  { io, globals, front }: Session,
): Promise<void> {
  const { count, bytes } = await collectGarbage(globals.cache, {
    now: io.now(),
    olderThan: options.olderThan * millisecondsPerDay,
  });
  const text = `${count} ${count === 1 ? 'thing' : 'things'} removed, ${formatSize(bytes)} freed\n`;
  front.result('cache gc', { removed: count, freed: bytes }, text);
}
