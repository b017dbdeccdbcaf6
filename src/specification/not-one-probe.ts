// What is wrong with a health check that names no probe, or several; of a service, and of the whole machine.
import type { Diagnostic } from '../base/errors.ts';
import { probeNames } from '../contract/probe.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { SourceMap } from '../document/source-map.ts';

/** `place`: of the check, for people. */
export function notOneProbe(place: string): Diagnostic {
  const names = `${probeNames.slice(0, -1).join(', ')} and ${probeNames.at(-1)}`;
  return {
    code: 'spec-health-check',
    message: `${place} must have exactly one of ${names}`,
    hint: 'For example: {http: "http://127.0.0.1:8080/healthz"}',
  };
}

/** Whether one is named, whatever is wrong with its value: that is told by itself. */
export function namesOneProbe(source: SourceMap, pointer: JsonPointer): boolean {
  const whole = JSON.stringify(source.positionOf(pointer));
  const place = (name: string) => JSON.stringify(source.keyPositionOf(childOf(pointer, name)));
  return probeNames.filter((name) => place(name) !== whole).length === 1;
}
