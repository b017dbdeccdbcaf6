// What `status` shows beside the slots: what is left of disk and memory, what was dropped, and what a person has to know.
import type { Host } from '../host/host.ts';
import { readNotices } from './notices.ts';
import { describeResources, measureResources, type Resources } from './resources.ts';

export interface Condition {
  readonly resources: Resources;
  readonly notices: readonly string[];
}

export function readCondition(host: Host): Condition {
  return { resources: measureResources(host), notices: readNotices(host) };
}

export function describeCondition({ resources, notices }: Condition): string[] {
  return [...describeResources(resources), ...notices.map((notice) => `notice     ${notice}`)];
}
