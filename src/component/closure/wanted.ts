// What a component, or cuts that several share, names under `programs` and `plugins`.
import { childOf } from '../../document/pointer.ts';
import type { SourceMap } from '../../document/source-map.ts';
import type { ComponentDocument } from '../component.generated.ts';
import type { NamedProgram } from './taken.ts';

/** Of component.yml or of cuts: their places go along, for what is missing is told long after they were read. */
export function readWanted(
  value: ComponentDocument,
  key: 'programs' | 'plugins',
  source: SourceMap,
): readonly NamedProgram[] {
  return (value[key] ?? []).map((path, index) => ({
    path,
    position: source.positionOf(childOf(`/${key}`, index)),
  }));
}
