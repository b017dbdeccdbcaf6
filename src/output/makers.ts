// Which code makes the result of which kind of step.
import type { Needs, StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import { makeBase } from '../steps/base.ts';
import { makeContainerBundle } from '../steps/bundle.ts';
import { makeComponent } from '../steps/component.ts';
import { makeDataPartition } from '../steps/data.ts';
import { makeInitrd } from '../steps/initrd.ts';
import { bringLayout } from '../steps/layout.ts';
import { makeLoader } from '../steps/loader.ts';
import { pullInto } from '../steps/pull.ts';
import { makeImageSegment } from '../steps/segment.ts';
import { makeArchives } from './linuxkit/archives-step.ts';
import { makeRootSquashfs } from './linuxkit/squashfs-step.ts';

export async function perform(step: Step, needs: Needs, workshop: Workshop): Promise<StepResult> {
  const as = <K extends Work['kind']>() => step as Step<Work & { kind: K }>;
  switch (step.work.kind) {
    case 'component':
      return makeComponent(as<'component'>(), workshop);
    case 'pull':
      return pullInto(as<'pull'>(), workshop);
    case 'layout':
      return bringLayout(as<'layout'>(), needs, workshop);
    case 'segment':
      return makeImageSegment(as<'segment'>(), needs, workshop);
    case 'initrd':
      return makeInitrd(as<'initrd'>(), needs, workshop);
    case 'base':
      return makeBase(as<'base'>(), needs, workshop);
    case 'loader':
      return makeLoader(workshop);
    case 'data':
      return makeDataPartition(workshop);
    case 'bundle':
      return makeContainerBundle(as<'bundle'>(), needs, workshop);
    case 'archives':
      return makeArchives(as<'archives'>(), needs, workshop);
    case 'squashfs':
      return makeRootSquashfs(as<'squashfs'>(), needs, workshop);
    case 'disk':
    case 'linuxkit':
      throw new RangeError(`${step.id} is an output, not a result`);
  }
}
