// Certificates for Docker on its port.
import { clientDirectory, generate, type TlsWish } from '../system/tls.ts';
import type { Command } from './command.ts';

export const tlsGen: Command = {
  words: 'tls gen',
  usage: '[--server] [--host NAME|ADDRESS]… [--dir DIRECTORY]',
  summary:
    'makes a certificate for Docker’s port 2376, of this machine’s own authority: a client’s, or the server’s',
  parse(words) {
    const wish = readWish(words);
    return wish && ((host) => generate(host, wish));
  },
};

function readWish(words: readonly string[]): TlsWish | undefined {
  let wish: TlsWish = { server: false, hosts: [], directory: clientDirectory };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const value = words[at + 1] ?? '';
    if (word === '--server') wish = { ...wish, server: true };
    else if ((word === '--host' || word === '-H') && /^[A-Za-z0-9.-]{1,253}$/.test(value)) {
      wish = { ...wish, hosts: [...wish.hosts, value] };
      at += 1;
    } else if ((word === '--dir' || word === '-d') && value.startsWith('/')) {
      wish = { ...wish, directory: value };
      at += 1;
    } else return undefined;
  }
  return wish;
}
