// The small languages inside the texts of user-data, each once.
import { channelNamePattern } from '../../../tuf/names.ts';
import { shown } from '../finding.ts';
import { checkPath } from '../paths.ts';
import type { Form } from './scalars.ts';
import { text } from './scalars.ts';
import type { Shape } from './shape.ts';

const form = (pattern: RegExp, rule: string, example?: string): Form => ({
  pattern,
  rule,
  ...(example && { example }),
});

const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
export const hostname = form(
  new RegExp(`^${label}(\\.${label}){0,20}$`),
  'letters, digits and hyphens, with dots between the parts',
  'web-1',
);
export const userName = form(
  /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/,
  'a name of letters, digits, ".", "_" and "-"',
  'core',
);
/** Of authorized_keys(5): perhaps options, in which quotes hold blanks together, then the key. */
export const sshKey = form(
  /^((?:[^\s"]|"(?:[^"\\\n]|\\.)*")+ +)?(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|ssh-\S+-cert-v01@openssh\.com) +[A-Za-z0-9+/]+={0,3}( .*)?\s*$/,
  'a public key as it stands in an id_….pub file',
  'ssh-ed25519 AAAAC3… me@example.org',
);
/** crypt(5), or nothing: `*` and `!` lock. */
export const passwordHash = form(
  /^(\$[0-9a-z]{1,4}\$[^\s:]{8,400}|[*!]{1,2}|[./0-9A-Za-z]{13})$/,
  'a hash of crypt(5)',
  '$6$…',
);
export const day = form(
  /^(19[789]|2\d\d)\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  'a day as YEAR-MONTH-DAY',
  '2032-09-01',
);
/** Since 1970, as shadow(5) counts. */
export const dayNumber = (text: string): number => Date.parse(text) / 86_400_000;
export const channelName = form(channelNamePattern, 'the name of a channel', 'stable');
export const webAddress = form(
  /^https?:\/\/[!#-;=?-[\]_a-z~|{}%^`]{1,2000}$/,
  'an http:// or https:// address',
  'https://example.org/',
);
export const consoleName = form(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'the name of a console, or default', 'debian');
export const sysctlName = form(
  /^[A-Za-z0-9_][A-Za-z0-9_./*:@-]{1,199}$/,
  'the name of a kernel parameter',
  'net.ipv4.ip_forward',
);
export const moduleName = form(
  /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}( [ -~]{0,400})?$/,
  'the name of a kernel module, and perhaps its parameters',
  'br_netfilter',
);
export const timezone = form(
  /^[A-Za-z0-9_+-]{1,40}(\/[A-Za-z0-9_+-]{1,40}){0,3}$/,
  'a name of the time zone database',
  'Europe/Berlin',
);
export const host = form(
  /^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/,
  'a host name or an address',
  'ntp.example.org',
);
/** Words of systemd.unit(5). */
export const unitName = form(
  /^[A-Za-z0-9:_.@\\-]{1,200}\.(service|socket|timer|mount|automount|path|target|slice|swap|network|netdev|link|device|scope)$/,
  'a unit with its kind',
  'web.service',
);
export const dropinName = form(
  /^[A-Za-z0-9:_.@\\-]{1,200}\.conf$/,
  'a file name that ends in .conf',
  '10-proxy.conf',
);
export const duration = form(/^\d{1,9}(ms|s|m|h|d)$/, 'a span of time', '30s');
export const size = form(/^\d{1,15}(\.\d{1,3})?\s*([KMGT](i?B)?|B)?$/i, 'a size', '512M');
/** distribution's reference grammar, in short. */
export const imageReference = form(
  /^[a-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?){0,10}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
  'an image with its tag or digest',
  'docker.io/library/nginx:1.27',
);
export const containerName = form(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  'a name of letters, digits, ".", "_" and "-"',
  'web',
);
export const owner = form(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?)?$/,
  'a user, or user:group',
  'root:root',
);
export const environmentName = form(
  /^[A-Za-z_][A-Za-z0-9_]{0,200}$/,
  'a name of letters, digits and "_"',
  'HTTP_PROXY',
);

/** An absolute path where the machine can be written; normalised. */
export const writablePath: Shape<string> = {
  schema: {
    type: 'string',
    pattern: '^/(etc|var|run|tmp|home|root|opt|srv|usr/local)(/|$)',
    examples: ['/etc/motd'],
  },
  read(node, findings) {
    const written = text().read(node, findings);
    if (written === undefined) return undefined;
    const checked = checkPath(written);
    if (typeof checked === 'string') return checked;
    findings.error(node.at, `is ${shown(written)}: ${checked.problem}`, checked.hint);
    return undefined;
  },
};
