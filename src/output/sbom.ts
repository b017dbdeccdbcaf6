// The bill of materials by itself, beside whatever else is built: the same text that lies in the image.
import { planBill } from '../steps/bill.ts';
import { defineFormat } from './format.ts';
import { writeText } from './write/text.ts';

export const sbom = defineFormat({
  name: 'sbom',
  summary: 'the bill of materials as SPDX in JSON: images, packages and their licences, for scanners',
  module: 'output/sbom',
  files: ['.spdx.json'],
  named: 'os',
  sbom: true,
  plan(planning) {
    const bill = planning.once(planBill);
    return {
      needs: [bill],
      open: (use) => ({ files: [(path, options) => writeText(use(bill), path, options)] }),
    };
  },
});
