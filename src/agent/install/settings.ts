// What whoever installs gives the machine on its way: a configuration, where the machine looks for it at its first start, and
// the channel that it follows, as the command `channel` would have written it.
import type { BytePlace } from '../../contract/install.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { kernelArgument } from '../host/kernel-arguments.ts';
import { requireChannelName, writeChannel } from '../update/settings.ts';
import { withRange } from './map-range.ts';

export interface MachineSettings {
  /** A file of the live system. */
  readonly config?: string | undefined;
  readonly channel?: string | undefined;
}

/** On the data partition, which is /var. */
const configPath = 'lib/catamaran/config/user-data';
/** Where the initrd keeps what has been changed in /etc. */
const channelPath = 'lib/etc/catamaran/update.yml';
const mountPoint = '/run/catamaran/install';
const configLimit = 1 << 20;

/** Before a disk loses a byte. */
export function checkSettings(host: Host, { config, channel }: MachineSettings): void {
  if (config !== undefined) {
    const { status, output } = host.run(['stat', '-L', '-c', '%s %F', config]);
    const [, size = '', kind = ''] = /^(\d+) (.*)$/m.exec(output) ?? [];
    if (status !== 0 || !kind.startsWith('regular') || Number(size) > configLimit)
      throw new AgentError(
        status === 0
          ? `${config} is no file of at most ${configLimit} bytes: ${output.trim()}`
          : `${config} cannot be read: ${output.trim()}`,
        { code: 'install-config', fault: 'usage', hint: 'Name the file that has the user-data.' },
      );
  }
  if (channel === undefined) return;
  requireChannelName(channel);
  if (kernelArgument(host, 'catamaran.etc') === 'memory')
    throw new AgentError(
      'this system forgets what is changed in /etc at each boot, and the channel with it',
      {
        code: 'install-etc-memory',
        fault: 'usage',
        hint: 'Leave --channel out; set update.channel in the spec.',
      },
    );
}

/** `place`: of the data partition. Read back from the medium, by another mount. */
export function writeSettings(
  host: Host,
  { disk, place }: { disk: string; place: BytePlace },
  { config, channel }: MachineSettings,
): void {
  if (config === undefined && channel === undefined) return;
  withRange(host, { name: 'catamaran-install-data', disk, place }, (device) => {
    withMount(host, device, 'rw', () => {
      if (config !== undefined) {
        const path = `${mountPoint}/${configPath}`;
        const directory = path.slice(0, path.lastIndexOf('/'));
        runOrThrow(host, ['mkdir', '-p', '-m', '0755', directory]);
        runOrThrow(host, ['install', '-m', '0600', config, path]);
      }
      if (channel !== undefined) writeChannel(host, channel, `${mountPoint}/${channelPath}`);
    });
    runOrThrow(host, ['blockdev', '--flushbufs', device]);
    withMount(host, device, 'ro', () => {
      if (config !== undefined) runOrThrow(host, ['cmp', config, `${mountPoint}/${configPath}`]);
      const written = host.readText(`${mountPoint}/${channelPath}`);
      if (channel !== undefined && written !== `channel: ${channel}\n`)
        throw new AgentError(`the channel on ${disk} does not read as it was written`, {
          code: 'disk-read-back',
        });
    });
  });
}

function withMount(host: Host, device: string, how: 'rw' | 'ro', use: () => void): void {
  host.makeDirectory(mountPoint);
  runOrThrow(host, ['mount', '-t', 'ext4', '-o', `${how},nodev,noexec`, device, mountPoint]);
  try {
    use();
  } finally {
    runOrThrow(host, ['umount', mountPoint]);
  }
}
