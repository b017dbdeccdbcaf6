// The host tools of a workshop: unpacked when the first step asks for them.
import { sourceOf } from '../sources/table.ts';
import { openTools } from '../tools/open.ts';
import type { Tools } from '../tools/tools.ts';
import type { Workshop } from './workshop.ts';

const opened = new WeakMap<Workshop, Promise<Tools>>();

export function toolsOf(workshop: Workshop): Promise<Tools> {
  const { cache, context, locked, packages } = workshop;
  let tools = opened.get(workshop);
  if (!tools) {
    const options = { cache, reporter: context.reporter, packages: locked.tools };
    tools = openTools({ ...options, packageTree: (wanted) => sourceOf(wanted).unpack(wanted, packages) });
    opened.set(workshop, tools);
  }
  return tools;
}
