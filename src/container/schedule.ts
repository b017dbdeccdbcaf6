// Services that run when they are due: cron's table of them, by which each is started through init, as any service is.
import type { Container } from '../specification/types.ts';
import { file, type ReadonlyTree } from '../tree/tree.ts';

export function scheduleTable(containers: readonly Container[]): ReadonlyTree {
  const lines = containers.flatMap(({ name, supervision }) =>
    supervision?.schedule === undefined
      ? []
      : `${supervision.schedule} root /usr/bin/catamaran-agent services start ${name}\n`,
  );
  return new Map(lines.length === 0 ? [] : [['etc/cron.d/services', file(lines.join(''))]]);
}
