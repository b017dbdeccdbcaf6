// What the agent's commands cost a machine under emulation: processor seconds of QEMU from the command's start to its end. The
// machine follows a channel as those of the boot tests do; the second release differs from the first in 4 MiB.
import { addressFor, makeLighthouse, network } from '../test/support/lighthouse.ts';
import { withTwin } from '../test/support/twin-machine.ts';
import { processorSeconds } from './processor-time.ts';

const minute = 60_000;
const commands = [
  'true',
  'qjs -e 0',
  ...['root-a', 'boot-a'].map(
    (part) =>
      `device=/dev/$(grep -l PARTNAME=${part}$ /sys/block/vda/*/uevent | cut -d/ -f5); head -c 20000000 $device | sha256sum`,
  ),
  'dd if=/dev/mapper/verity of=/dev/null bs=1M count=20 iflag=direct',
  'grep -m1 -o sha_ni /proc/cpuinfo; grep name /proc/crypto | sort | uniq | head -50; grep -A1 sha256 /proc/crypto; false',
  'catamaran-agent bundle list services',
  'catamaran-agent services',
  'catamaran-agent status',
  'catamaran-agent update --check',
  'catamaran-agent update --check',
  'catamaran-agent update --apply',
];

export async function main(): Promise<void> {
  const lighthouse = await makeLighthouse();
  try {
    await lighthouse.add('1.1.0');
    await lighthouse.promote('1.1.0');
    const { disk, place, server } = lighthouse;
    await withTwin({ disk, scratch: place.base, extra: network }, async (machine) => {
      await machine.ready('A');
      const settings = `url: ${addressFor(server)}\\ninterval: 3600s\\nreboot: manual`;
      await machine.run(`mkdir -p /etc/catamaran && echo -e '${settings}' >/etc/catamaran/update.yml`);
      for (const command of ['sleep 30', ...commands]) {
        const before = processorSeconds(machine.pid);
        const { status, output } = await machine.try(command, 30 * minute);
        const seconds = processorSeconds(machine.pid) - before;
        console.log(
          `${command.padEnd(40)} ${seconds.toFixed(2).padStart(7)} s${status === 0 ? '' : `, ${output}`}`,
        );
      }
    });
  } finally {
    await lighthouse.close();
  }
}
