// QEMU itself: a file of fw_cfg.
import type { Deliver } from '../delivery.ts';

export const firmware: Deliver = ({ userData }) =>
  userData === undefined ? {} : { firmware: { key: 'opt/org.catamaran/config', bytes: userData } };
