// ca_certs: authorities that the machine trusts, in the bundle that its own transfers and every container that binds
// /etc/ssl/certs read. Made anew at each boot, so that what an update of the image brings or takes away counts.
import { decodeUtf8 } from '../../../../base/utf8.ts';
import { contentBytesOf, isRemote } from '../content.ts';
import type { ApplyWork, Module } from '../module.ts';
import { removeIfThere, script, withStaged } from '../write.ts';

const bundle = '/etc/ssl/certs/ca-certificates.crt';
/** What this module has made of the bundle, so that it can be undone. */
const mark = '/etc/catamaran/certificates';

/** STAGE BUNDLE keep|remove. Of the image: what its bundle was made of. */
export const bundleScript = `set -e
umask 022
mkdir -p "\${2%/*}"
new=$2.new
{ [ "$3" = remove ] || [ ! -d /usr/share/ca-certificates ] ||
  find /usr/share/ca-certificates -type f -name '*.crt' | sort | xargs cat; cat "$1"; } >"$new"
mv -f "$new" "$2"`;

export const certificates: Module = {
  name: 'certificates',
  summary: '`ca_certs`: added to the bundle of the host, `/etc/ssl/certs`, or in place of it',
  pass: 'local',
  when: 'boot',
  apply(work) {
    if (!work.config.certificates.add.some(isRemote)) writeBundle(work);
  },
};

export const remoteCertificates: Module = {
  name: 'remote certificates',
  summary: 'certificate authorities of Ignition that are fetched',
  pass: 'network',
  when: 'boot',
  isAsked: ({ certificates }) => certificates.add.some(isRemote),
  apply(work) {
    if (work.config.certificates.add.some(isRemote)) writeBundle(work);
  },
};

function writeBundle({ host, config: { certificates: wanted }, occasion, report }: ApplyWork): void {
  const { add, removeDefaults } = wanted;
  const isOurs = host.readText(mark) !== undefined;
  if (add.length === 0 && !removeDefaults && !isOurs) return;
  const what = `${add.length} certificate authorities${removeDefaults ? ', and none of the image’s' : ''}`;
  report.attempt(what, () => {
    const texts = add.map((content) =>
      requireCertificate(decodeUtf8(contentBytesOf(host, content, occasion))),
    );
    const text = texts.join('');
    withStaged(host, text, (staged) =>
      script(host, bundleScript, staged, bundle, removeDefaults ? 'remove' : 'keep'),
    );
    if (add.length > 0 || removeDefaults) host.writeFile(mark, '');
    else removeIfThere(host, mark);
  });
}

function requireCertificate(text: string | undefined): string {
  if (text?.includes('-----BEGIN CERTIFICATE-----') || text?.includes('-----BEGIN TRUSTED CERTIFICATE-----'))
    return text.endsWith('\n') ? text : `${text}\n`;
  throw new Error('what is to be a certificate is none in PEM');
}
