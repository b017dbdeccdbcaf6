// The bill of materials of a root file system, SPDX 2.3 in JSON: the OS, the images that it is made of by reference and
// digest, and the packages of those that are components. A function of what is locked, and of nothing else.
import { createHash } from 'node:crypto';
import { type Digest, digestHex } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { deriveGuid } from '../gpt/guid.ts';
import { completeReference } from '../oci/reference.ts';
import type { LockedPackage } from '../packages/locked.ts';
import { sourceOf } from '../sources/table.ts';
import type { ImageReference } from '../specification/reference.ts';
import type { Os } from '../specification/types.ts';

/** In LinuxKit's formats, as LinuxKit has it. */
export const sbomPath = 'sbom.spdx.json';
/** In the base of disks, media and releases. */
export const baseSbomPath = 'usr/share/catamaran/sbom.spdx.json';

export interface SbomImage {
  /** As the spec names it. */
  readonly name: string;
  readonly reference: ImageReference;
  /** Of its manifest, or of the index where it is there with all its platforms. */
  readonly digest: Digest;
  /** Of a component. */
  readonly packages: readonly LockedPackage[];
  /** Of those that say something of theirs. */
  readonly licences?: Readonly<Record<string, string>>;
}

export interface SbomSubject {
  readonly os: Os;
  readonly arch: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly images: readonly SbomImage[];
}

type Package = { readonly SPDXID: string } & { readonly [member: string]: Json | undefined };

export function printSbom({ os, arch, created, images }: SbomSubject): string {
  const name = `${os.id}-${os.version}-${arch}`;
  const system = systemPackage(os);
  const packages = new Map<string, Package>([[system.SPDXID, system]]);
  const relationships = [relate(documentId, 'DESCRIBES', system.SPDXID)];
  for (const image of [...images].sort((a, b) => byName(a.name, b.name))) {
    const whole = imagePackage(image);
    if (packages.has(whole.SPDXID)) continue;
    packages.set(whole.SPDXID, whole);
    relationships.push(relate(system.SPDXID, 'CONTAINS', whole.SPDXID));
    for (const each of [...image.packages].sort((a, b) => byName(a.name, b.name))) {
      const licence = image.licences?.[each.name];
      const part = archivePackage(each, licence);
      if (!packages.has(part.SPDXID) || licence !== undefined) packages.set(part.SPDXID, part);
      relationships.push(relate(whole.SPDXID, 'CONTAINS', part.SPDXID));
    }
  }
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    name,
    creationInfo: {
      created: new Date(created * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      creators: ['Tool: catamaran', `Organization: ${os.name}`],
    },
    packages: [...packages.values()],
    relationships,
    ...referredLicences([...packages.values()]),
  };
  const digest = createHash('sha256').update(canonicalJson(document)).digest('hex');
  // Clause 6.5: a URI that no other document has; the form is the one that it recommends.
  const namespace = `https://spdx.org/spdxdocs/${encodeURIComponent(name)}-${deriveGuid(os.id, `sbom ${digest}`)}`;
  const { packages: listed, relationships: related, ...head } = document;
  return `${JSON.stringify({ ...head, documentNamespace: namespace, packages: listed, relationships: related }, undefined, 2)}\n`;
}

const documentId = 'SPDXRef-DOCUMENT';

const relate = (from: string, type: 'CONTAINS' | 'DESCRIBES', to: string): Json => ({
  spdxElementId: from,
  relationshipType: type,
  relatedSpdxElement: to,
});

/** Clause 10: what a licence that SPDX does not list is, each once. */
function referredLicences(packages: readonly Package[]): { readonly [name: string]: Json } {
  const said = packages.flatMap(
    ({ licenseDeclared }) => String(licenseDeclared).match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [],
  );
  const infos = [...new Set(said)].sort(byName).map((licenseId) => ({
    licenseId,
    name: licenseId.replace(/^LicenseRef-[a-z]+-/, ''),
    extractedText: 'As the copyright file of the package says, in its usr/share/doc.',
  }));
  return infos.length === 0 ? {} : { hasExtractedLicensingInfos: infos };
}

/** What is not looked into is said so; what a package declares is what its own copyright file says. */
const unexamined = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
};

function systemPackage({ id, name, version }: Os): Package {
  return {
    SPDXID: idOf('OperatingSystem', id),
    name: id,
    versionInfo: version,
    supplier: `Organization: ${name}`,
    // The text of the specification has a dash, its schema has none.
    primaryPackagePurpose: 'OPERATING_SYSTEM',
    ...(name === id ? {} : { summary: name }),
    ...unexamined,
  };
}

function imagePackage({ name, reference, digest }: SbomImage): Package {
  return {
    // Two references may name one image: each is a package of its own.
    SPDXID: idOf('Image', `${shortDigest(name)}-${digestHex(digest).slice(0, 16)}`),
    name,
    versionInfo: digest,
    supplier: 'NOASSERTION',
    primaryPackagePurpose: 'CONTAINER',
    checksums: [sha256(digest)],
    ...(reference.kind === 'registry' ? { externalRefs: [purl(imageUrl(reference, digest))] } : {}),
    ...unexamined,
  };
}

function archivePackage(locked: LockedPackage, licence?: string): Package {
  const { name, version, path, digest } = locked;
  const source = sourceOf(locked);
  return {
    SPDXID: idOf('Package', `${name}-${digestHex(digest).slice(0, 16)}`),
    name,
    versionInfo: version,
    packageFileName: path.slice(path.lastIndexOf('/') + 1),
    supplier: source.supplier,
    primaryPackagePurpose: 'INSTALL',
    checksums: [sha256(digest)],
    externalRefs: [purl(source.purl(locked))],
    ...unexamined,
    ...(licence === undefined ? {} : { licenseDeclared: licence }),
  };
}

/** Letters, digits, `.` and `-`, as clause 3.2 has it. */
const idOf = (kind: string, text: string): string =>
  `SPDXRef-${kind}-${text.replace(/[^A-Za-z0-9.-]/g, '-')}`;

const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

const sha256 = (digest: Digest): Json => ({ algorithm: 'SHA256', checksumValue: digestHex(digest) });

const purl = (locator: string): Json => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator: locator,
});

/** The purl specification's type `oci`. */
function imageUrl(reference: ImageReference & { kind: 'registry' }, digest: Digest): string {
  const { host, repository, tag } = completeReference(reference);
  const url = encodeURIComponent(`${host}/${repository}`);
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  const version = encodeURIComponent(digest);
  return `pkg:oci/${name}@${version}?repository_url=${url}${tag === undefined ? '' : `&tag=${encodeURIComponent(tag)}`}`;
}
