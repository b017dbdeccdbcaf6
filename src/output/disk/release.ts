// What a release is made of, in a directory: `release add` publishes it, `catamaran-agent stage --from` takes it. The same
// bytes that a disk of this spec has in slot A. The manifest comes last: it says what the three images came to.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { digestHex } from '../../base/digest.ts';
import {
  type PartImage,
  type ReleaseManifest,
  releaseParts,
  writeReleaseManifest,
} from '../../contract/release-manifest.ts';
import { planSlot } from '../../steps/slot.ts';
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { writeOutput } from '../write/write-output.ts';

export const release = defineFormat({
  name: 'release',
  summary: 'the images of one version in a directory, for release add and for stage --from on a machine',
  module: 'output/disk/release',
  files: ['boot.img', 'root.img', 'hash.img', 'manifest.json'].map((name) => `-release/${name}`) as [
    string,
    ...string[],
  ],
  named: 'os',
  sbom: false,
  plan(planning) {
    const slot = planning.once(planSlot);
    return {
      needs: [slot],
      open(use) {
        const images = use(slot);
        const { segments: _, ...facts } = images.manifest;
        const parts: Partial<Record<(typeof releaseParts)[number], PartImage>> = {};
        return {
          files: [
            ...releaseParts.map((part) => async (path: string, options: Parameters<typeof writeRaw>[2]) => {
              await mkdir(dirname(path), { recursive: true });
              const written = await writeRaw(images[part], path, options);
              parts[part] = { size: written.size, sha256: digestHex(written.digest) };
              return written;
            }),
            async (path, options) => {
              const manifest: ReleaseManifest = { ...facts, parts: parts as ReleaseManifest['parts'] };
              const text = Buffer.from(writeReleaseManifest(manifest));
              return writeOutput(path, (file) => file.write(text, 0), options);
            },
          ],
        };
      },
    };
  },
});
