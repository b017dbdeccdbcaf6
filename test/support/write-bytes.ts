// Bytes into a file that is there or not, as whoever has a disk in his hands writes them.
import { open } from 'node:fs/promises';

export async function writeBytes(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'a').then(async (made) => {
    await made.close();
    return open(path, 'r+');
  });
  await file.write(bytes, 0, bytes.length, offset).finally(() => file.close());
}
