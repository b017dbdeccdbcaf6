// Contents that user-data carries itself.
import type { UserContent } from './machine-config.ts';

export function inline(bytes: Uint8Array): UserContent {
  return { kind: 'inline', bytes };
}
