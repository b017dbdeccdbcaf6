// The bundle of certificate authorities that update-ca-certificates would write: every certificate that the package
// ca-certificates ships and every one that is laid into usr/local/share/ca-certificates, in path order.
import { CatamaranError } from '../../base/errors.ts';
import { contentBytes } from '../../tree/content.ts';
import { addParents, file, type Tree, walk } from '../../tree/tree.ts';

const bundlePath = 'etc/ssl/certs/ca-certificates.crt';

export async function generateCaCertificates(tree: Tree): Promise<void> {
  const certificates: string[] = [];
  for (const [path, node] of walk(tree)) {
    if (node.type !== 'file' || !/^usr\/(local\/)?share\/ca-certificates\/.*\.crt$/.test(path)) continue;
    const text = Buffer.from(await contentBytes(node.content)).toString('latin1');
    certificates.push(text.endsWith('\n') ? text : `${text}\n`);
  }
  if (certificates.length === 0) {
    throw new CatamaranError('spec', {
      code: 'generator-ca-certificates',
      message: 'ca-certificates found no certificate below usr/share/ca-certificates',
      hint: 'Add the package ca-certificates to the component, and do not exclude its certificates.',
    });
  }
  addParents(tree, bundlePath);
  tree.set(bundlePath, file(certificates.join('')));
}
