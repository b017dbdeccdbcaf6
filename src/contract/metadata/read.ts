// Documents of a platform, whatever their form, to what they say. A program of the device reads this file and what it reaches
// when there is something to be read.
import type { MetadataForm } from '../../platform/user-data.ts';
import type { Findings } from '../document/finding.ts';
import type { Given, GivenDocuments } from './metadata.ts';
import { metadataForms } from './table.ts';

export function readMetadata(form: MetadataForm, documents: GivenDocuments, findings: Findings): Given {
  return metadataForms[form].read(documents, findings);
}
