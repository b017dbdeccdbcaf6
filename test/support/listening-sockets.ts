// Where processes listen, from the kernel's tables and the sockets that the processes have.

/** Of proc_pid_net(5), in the order in which `listeningSockets` takes them. */
export const socketTables = '/proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 /proc/net/unix';

const acceptsConnections = 0x10000;
/** Of /proc/sys/net/ipv4/ip_local_port_range. */
const firstChosenPort = 32768;

/** Sorted: `127.0.0.1:2379`, `*:80`, `udp *:123`, or the path of a Unix socket. */
export function listeningSockets(tables: string, inodes: ReadonlySet<string>): readonly string[] {
  const found = tables.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    return inodes.has(words[9]!) ? ofNetwork(words) : inodes.has(words[6]!) ? ofPath(words) : [];
  });
  return [...new Set(found)].sort();
}

function ofNetwork([, local = '', remote = '', state]: readonly string[]): string[] {
  // A port that the kernel has chosen is another one at each start.
  if (Number.parseInt(local.split(':')[1]!, 16) >= firstChosenPort) return [];
  const address = addressOf(local);
  if (state === '0A') return [address];
  const connected = !/^0+:0000$/.test(remote);
  return state === '07' && !connected ? [`udp ${address}`] : [];
}

function ofPath([, , , flags = '', , , , path]: readonly string[]): string[] {
  return path && Number.parseInt(flags, 16) & acceptsConnections ? [lasting(path)] : [];
}

/** Without what is another at each start. */
const lasting = (path: string) => path.replace(/^\/var\/run\//, '/run/').replace(/[0-9a-f]{12,}/, 'ID');

/** The kernel writes addresses as words of its own byte order, which is little endian on all that we run on. */
function addressOf(text: string): string {
  const [host, port] = text.split(':') as [string, string];
  const bytes = Buffer.from(host, 'hex').swap32();
  const name = bytes.every((byte) => byte === 0)
    ? '*'
    : bytes.length === 4
      ? bytes.join('.')
      : `[${inWords(bytes)}]`;
  return `${name}:${Number.parseInt(port, 16)}`;
}

const inWords = (bytes: Buffer) =>
  Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
    .join(':')
    .replace(/(^|:)(0(:|$)){2,}/, '::');
