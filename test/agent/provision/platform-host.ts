// A machine in memory on a platform: its firmware's strings, its volumes with their files, and services that answer curl at
// once. Volumes are mounted by name: what `mount` is asked for appears where it shall.
import type { Finished } from '../../../src/agent/host/host.ts';
import type { SparseImage } from '../../../src/disk/sparse.ts';
import type { Dmi } from '../../../src/platform/platform.ts';
import type { GuestAnswer, GuestRequest } from '../../../src/run/metadata/delivery.ts';
import { extentsOf } from '../../support/sparse-bytes.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';

export interface PlatformOptions {
  readonly dmi?: Dmi & { readonly product_serial?: string; readonly product_uuid?: string };
  readonly cmdline?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** By device: its first blocks, and what is on it. */
  readonly volumes?: Readonly<
    Record<
      string,
      { readonly image: SparseImage; readonly files: Readonly<Record<string, string | Uint8Array>> }
    >
  >;
  readonly answer?: (url: string, request: GuestRequest) => GuestAnswer | 'nobody';
  /** Of programs that only this machine has. */
  readonly programs?: (command: readonly string[]) => Finished | undefined;
  /** Whether it has an address before anybody asks for one. */
  readonly online?: boolean;
}

export interface PlatformHost extends MemoryHost {
  /** In seconds: what was slept. */
  readonly slept: () => number;
}

export function platformHost(options: PlatformOptions): PlatformHost {
  const { dmi = {}, cmdline = '', files = {}, volumes = {}, online = true } = options;
  let slept = 0;
  const initial: Record<string, string | Uint8Array> = { '/proc/cmdline': `${cmdline}\n`, ...files };
  for (const [field, text] of Object.entries(dmi)) initial[`/sys/class/dmi/id/${field}`] = `${text}\n`;
  for (const [device, { image }] of Object.entries(volumes)) {
    initial[`/sys/class/block/${device}/size`] = `${image.size / 512}\n`;
    initial[`/dev/${device}`] = extentsOf(image);
  }
  initial['/sys/class/net/eth0/device/x'] = '';
  const done = (output = ''): Finished => ({ status: 0, output });
  const failed: Finished = { status: 1, output: '' };
  const host = memoryHost(initial, (given) => {
    const command = given[0] === 'timeout' ? given.slice(2) : given;
    const own = options.programs?.(command);
    if (own) return own;
    const last = command.at(-1)!;
    const bytes = host.files.get(last);
    switch (command[0]) {
      case 'stat':
        return bytes === undefined ? failed : done(`${Buffer.from(bytes).length} 81a4\n`);
      case 'readlink':
        return bytes === undefined ? failed : done(`${last}\n`);
      case 'which':
      case 'VBoxControl':
        return failed;
      case 'sha256sum':
        return done(`${'ab'.repeat(32)}  ${last}\n`);
      case 'ip':
        return done(online ? '2: eth0 inet 10.0.0.7/24\n' : '');
      case 'mv':
        host.files.set(last, host.files.get(command[1]!)!);
        return done();
      case 'sleep':
        slept += Number(last);
        host.files.set('/proc/uptime', `${slept}.00 0\n`);
        return done();
      case 'mount': {
        const volume = volumes[command.at(-2)!.slice('/dev/'.length)];
        for (const [path, content] of Object.entries(volume?.files ?? {}))
          host.files.set(`${last}/${path}`, content);
        return volume ? done() : failed;
      }
      case 'umount':
        for (const path of [...host.files.keys()]) if (path.startsWith(`${last}/`)) host.files.delete(path);
        return done();
      case 'curl':
        return done(answerCurl(host, last, options.answer ?? (() => 'nobody')));
      default:
        return undefined;
    }
  });
  // As bytes of nobody's class, whatever was given.
  const readBytes = (path: string, offset: number, size: number) =>
    new Uint8Array(Buffer.from(host.files.get(path)!)).slice(offset, offset + size);
  return Object.assign(host, { slept: () => slept, readBytes });
}

function answerCurl(
  host: MemoryHost,
  config: string,
  answer: NonNullable<PlatformOptions['answer']>,
): string {
  const sections = String(host.files.get(config)).split('\nnext\n');
  const lines = sections.map((section, index) => {
    const option = (name: string) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(section)?.[1];
    const headers = [...section.matchAll(/^header = "([\w-]+): (.*)"$/gm)].map(([, name, value]) => [
      name!.toLowerCase(),
      value,
    ]);
    const url = option('url')!;
    const body = option('data-raw') ?? '';
    const said = answer(url, {
      method: option('request') ?? (body === '' ? 'GET' : 'POST'),
      path: url.replace(/^https?:\/\/[^/]+/, ''),
      headers: Object.fromEntries(headers),
      body: body.replaceAll('\\"', '"'),
    });
    if (said === 'nobody') return `transfer ${index} 7 000 0`;
    if (said.status >= 300) return `transfer ${index} 22 ${said.status} 0`;
    const bytes = Buffer.from(said.body ?? '');
    host.files.set(option('output')!, new Uint8Array(bytes));
    return `transfer ${index} 0 ${said.status} ${bytes.length}`;
  });
  return `${lines.join('\n')}\n`;
}
