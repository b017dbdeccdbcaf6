// The rules of SPDX 2.3 that a document of ours can break: https://spdx.github.io/spdx-spec/v2.3/, and of its schema,
// spdx-schema-2-3.json, which takes no member that it does not know: what it has of those objects that we write.
import { expect } from 'vitest';

interface Document {
  readonly SPDXID: string;
  readonly spdxVersion: string;
  readonly dataLicense: string;
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly downloadLocation: string;
    readonly filesAnalyzed: boolean;
    readonly primaryPackagePurpose: string;
    readonly supplier: string;
    readonly licenseDeclared: string;
    readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
    readonly externalRefs?: readonly { readonly referenceLocator: string }[];
  }[];
  readonly hasExtractedLicensingInfos?: readonly { readonly licenseId: string }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

/** By object: what must be there, and what may be. */
const members = {
  document: [
    'SPDXID creationInfo dataLicense name spdxVersion',
    'comment documentNamespace documentDescribes hasExtractedLicensingInfos packages relationships',
  ],
  package: [
    'SPDXID downloadLocation name',
    'checksums copyrightText externalRefs filesAnalyzed licenseConcluded licenseDeclared packageFileName primaryPackagePurpose summary supplier versionInfo',
  ],
  licence: ['extractedText licenseId', 'name seeAlsos'],
  relationship: ['spdxElementId relatedSpdxElement relationshipType', 'comment'],
  reference: ['referenceCategory referenceLocator referenceType', 'comment'],
} as const;

function checkMembers(value: object, kind: keyof typeof members): void {
  const [required, allowed] = members[kind].map((words) => words.split(' '));
  const found = Object.keys(value);
  expect(found, kind).toEqual(expect.arrayContaining(required!));
  expect(found.filter((key) => ![...required!, ...allowed!].includes(key))).toEqual([]);
}

const expression = /^(?:NOASSERTION|[A-Za-z0-9.() -]+)$/;

export function checkSpdx(document: Document): void {
  expect(document).toMatchObject({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
  });
  // 6.5: an absolute URI without a fragment.
  expect(new URL(document.documentNamespace).href).toBe(document.documentNamespace);
  expect(document.documentNamespace).not.toContain('#');
  expect(document.creationInfo.created).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
  for (const creator of document.creationInfo.creators) expect(creator).toMatch(/^(Tool|Organization): \S/);
  checkMembers(document, 'document');
  for (const each of document.hasExtractedLicensingInfos ?? []) checkMembers(each, 'licence');
  for (const each of document.relationships) checkMembers(each, 'relationship');
  const extracted = (document.hasExtractedLicensingInfos ?? []).map(({ licenseId }) => licenseId);
  const ids = [document.SPDXID, ...document.packages.map(({ SPDXID }) => SPDXID)];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  for (const each of document.packages) {
    expect(each.name).not.toBe('');
    expect(each.downloadLocation).toBe('NOASSERTION');
    expect(each.filesAnalyzed).toBe(false);
    checkMembers(each, 'package');
    expect(['OPERATING_SYSTEM', 'CONTAINER', 'INSTALL']).toContain(each.primaryPackagePurpose);
    expect(each.supplier).toMatch(/^(?:NOASSERTION|(?:Organization|Person): \S.*)$/);
    expect(each.licenseDeclared).toMatch(expression);
    for (const licence of each.licenseDeclared.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [])
      expect(extracted).toContain(licence);
    for (const reference of each.externalRefs ?? []) checkMembers(reference, 'reference');
    for (const { algorithm, checksumValue } of each.checksums ?? []) {
      expect(algorithm).toBe('SHA256');
      expect(checksumValue).toMatch(/^[0-9a-f]{64}$/);
    }
    for (const { referenceLocator } of each.externalRefs ?? []) {
      expect(referenceLocator).toMatch(/^pkg:(oci|deb\/debian)\/[^\s@]+@[^\s@]+$/);
    }
  }
  const related = new Set<string>();
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of document.relationships) {
    expect(['CONTAINS', 'DESCRIBES']).toContain(relationshipType);
    expect(ids).toContain(spdxElementId);
    expect(ids).toContain(relatedSpdxElement);
    related.add(relatedSpdxElement);
  }
  // Nothing is listed that belongs to nothing.
  expect([...related].sort()).toEqual(ids.slice(1).sort());
}
