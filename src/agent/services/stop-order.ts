// In which order services are stopped, and how long that may take: all at once that nothing else needs any more, each after
// whatever depends on it.
import type { SupervisedService } from './settings.ts';

/** Groups of names: the first one is stopped first. */
export function stopWaves(services: readonly Pick<SupervisedService, 'name' | 'dependsOn'>[]): string[][] {
  const waves: string[][] = [];
  let left = [...services];
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ dependsOn }) => dependsOn));
    // The builder refuses circles; should there be one, they are stopped together.
    const free = left.filter(({ name }) => !needed.has(name));
    const wave = free.length > 0 ? free : left;
    waves.push(wave.map(({ name }) => name));
    left = left.filter((service) => !wave.includes(service));
  }
  return waves;
}

/** Seconds for the whole of a shutdown, unless services ask for more. */
const usual = 90;
/** For what comes after the services: containers, processes, file systems. */
const rest = 30;

export function shutdownLimit(
  services: readonly Pick<SupervisedService, 'name' | 'dependsOn' | 'stop'>[],
): number {
  const timeouts = new Map(services.map(({ name, stop }) => [name, stop.timeout]));
  const longest = stopWaves(services)
    .map((wave) => Math.max(...wave.map((name) => timeouts.get(name) ?? 0)))
    .reduce((total, timeout) => total + timeout, 0);
  return Math.max(usual, Math.ceil(longest / 1000) + rest);
}
