// Contents that user-data carries itself.
import type { Content } from './machine-config.ts';

export function inline(bytes: Uint8Array): Content {
  return { kind: 'inline', bytes };
}
