// usr/lib/catamaran/segments of base: where the initrd finds the other segments, and where it mounts them. Lines, for the
// initrd's shell reads them (components/initrd, mount_segments): `format 1`, then for each segment
// `OFFSET SIZE SHA256 MOUNTPOINT…`. Offsets count from the end of base, whose size is not known before it is made.
import { format, malformedDocument, newerDocument } from './document.ts';

export interface IndexedSegment {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** Absolute paths on the machine, without white space. */
  readonly mountPoints: readonly string[];
}

export const segmentsPath = 'usr/lib/catamaran/segments';

export function writeSegments(segments: readonly IndexedSegment[]): string {
  let offset = 0;
  const lines = segments.map(({ size, sha256, mountPoints }) => {
    const line = `${offset} ${size} ${sha256} ${mountPoints.join(' ')}\n`;
    offset += size;
    return line;
  });
  return `format ${format}\n${lines.join('')}`;
}

/** As the initrd does: an index without a format is of the time before there was one. */
export function readSegments(text: string): IndexedSegment[] {
  let offset = 0;
  const segments: IndexedSegment[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const words = line.split(' ');
    if (words[0] === 'format') {
      if (words[1] !== String(format)) throw newerDocument(segmentsPath, Number(words[1]));
      continue;
    }
    const [start, size, sha256 = '', ...mountPoints] = words;
    if (Number(start) !== offset || !/^\d{1,15}$/.test(size ?? '') || !/^[0-9a-f]{64}$/.test(sha256))
      throw malformedDocument(segmentsPath, `has a line that is none: ${JSON.stringify(line.slice(0, 100))}`);
    segments.push({ size: Number(size), sha256, mountPoints });
    offset += Number(size);
  }
  return segments;
}
