import { describe, expect, it } from 'vitest';
import { printSbom, type SbomImage, type SbomSubject } from '../../src/image/sbom.ts';
import { parseReference } from '../../src/specification/reference.ts';
import { fakePackage } from '../output/support.ts';
import { checkSpdx } from './spdx.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as SbomImage['digest'];

const imageOf = (name: string, letter: string, packages: SbomImage['packages'] = []): SbomImage => ({
  name,
  reference: parseReference(name),
  digest: digest(letter),
  packages,
});

const subject: SbomSubject = {
  os: { id: 'lighthouse', name: 'Lighthouse', version: '1.4.0+b~1', release: new Map() },
  arch: 'amd64',
  created: 1_700_000_000,
  images: [
    imageOf('component:sshd', 'a', [
      fakePackage('libstdc++6', '14.2.0-19'),
      fakePackage('libc6', '1:2.41-12'),
    ]),
    {
      ...imageOf('component:init', 'b', [fakePackage('libc6', '1:2.41-12')]),
      licences: { libc6: 'LGPL-2.1-or-later AND LicenseRef-debian-public-domain' },
    },
    imageOf('nginx:1.27', 'c'),
    imageOf(`registry.example:5000/team/app@${digest('d')}`, 'd'),
  ],
};

describe('a bill of materials', () => {
  const document = JSON.parse(printSbom(subject));
  const named = (name: string) => document.packages.filter((each: { name: string }) => each.name === name);

  it('keeps the rules of SPDX 2.3', () => {
    checkSpdx(document);
    expect(document.creationInfo.created).toBe('2023-11-14T22:13:20Z');
  });

  it('has images by reference and digest, and where a scanner looks for them', () => {
    expect(named('nginx:1.27')).toMatchObject([
      {
        versionInfo: digest('c'),
        checksums: [{ algorithm: 'SHA256', checksumValue: 'c'.repeat(64) }],
        externalRefs: [
          {
            referenceLocator: `pkg:oci/nginx@sha256%3A${'c'.repeat(64)}?repository_url=docker.io%2Flibrary%2Fnginx&tag=1.27`,
          },
        ],
      },
    ]);
  });

  it('has the packages of components by version and digest, each once', () => {
    expect(named('libc6')).toMatchObject([
      {
        versionInfo: '1:2.41-12',
        checksums: [{ checksumValue: fakePackage('libc6', '1:2.41-12').digest.slice('sha256:'.length) }],
        externalRefs: [{ referenceLocator: 'pkg:deb/debian/libc6@1:2.41-12?arch=amd64&distro=debian-13' }],
      },
    ]);
    const [libc] = named('libc6');
    const holders = document.relationships.filter(
      (each: { relatedSpdxElement: string }) => each.relatedSpdxElement === libc.SPDXID,
    );
    expect(holders).toHaveLength(2);
  });

  it('is the same for the same images in any order, and another one for any other', () => {
    const again = printSbom({ ...subject, images: [...subject.images].reverse() });
    expect(again).toBe(printSbom(subject));
    const namespaceOf = (changed: Partial<SbomSubject>) =>
      JSON.parse(printSbom({ ...subject, ...changed })).documentNamespace;
    const namespaces = [
      namespaceOf({}),
      namespaceOf({ created: 1 }),
      namespaceOf({ arch: 'arm64' }),
      namespaceOf({ images: subject.images.slice(1) }),
      namespaceOf({ images: [imageOf('nginx:1.27', 'e')] }),
    ];
    expect(new Set(namespaces).size).toBe(namespaces.length);
  });

  it('says what packages declare of their licences, and whose words those are', () => {
    expect(document.creationInfo.creators).toEqual(['Tool: catamaran', 'Organization: Lighthouse']);
    expect(named('libc6')).toMatchObject([
      {
        licenseDeclared: 'LGPL-2.1-or-later AND LicenseRef-debian-public-domain',
        licenseConcluded: 'NOASSERTION',
      },
    ]);
    expect(named('libstdc++6')).toMatchObject([
      { licenseDeclared: 'NOASSERTION', supplier: 'Organization: Debian' },
    ]);
    expect(document.hasExtractedLicensingInfos).toMatchObject([
      { licenseId: 'LicenseRef-debian-public-domain', name: 'public-domain' },
    ]);
  });
});
