// An output that is a text.
import type { WrittenFile } from './output-file.ts';
import { type OutputOptions, writeOutput } from './write-output.ts';

export function writeText(text: string, path: string, options: OutputOptions = {}): Promise<WrittenFile> {
  return writeOutput(path, (file) => file.write(Buffer.from(text), 0), options);
}
