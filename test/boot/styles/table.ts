import { atomic } from './atomic.ts';
import { coreos } from './coreos.ts';
import { photon } from './photon.ts';
import { rancher } from './rancher.ts';
import { snappy } from './snappy.ts';
import type { Style } from './style.ts';

/** One of these by its name in CATAMARAN_STYLES, or all. */
export const styles: readonly Style[] = [atomic, coreos, photon, rancher, snappy];
