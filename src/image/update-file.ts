// usr/lib/catamaran/update.json: the spec's `update` section as the agent on the machine reads it
// (agent/update/settings.ts); the root metadata lies beside it as root.json (lock/files.ts).
import type { Update } from '../specification/types.ts';

/** `epoch`: seconds since the epoch; no clock of a machine that has this image is believed below it. */
export function printUpdate({ url, channel, report, reboot }: Update, epoch: number): string {
  const { strategy, window, lock } = reboot;
  const settings = {
    url,
    channel,
    report,
    reboot: strategy,
    window,
    etcd: lock?.etcd.join(','),
    'etcd-group': lock?.group,
    'etcd-machines': lock?.machines,
    'not-before': epoch,
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
