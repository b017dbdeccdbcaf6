// A sequence of numbers by chance that a seed brings back: a layer that went wrong last night is made again today.

export interface Chance {
  /** 0 to `limit` - 1. */
  below(limit: number): number;
  /** `part` in `whole`. */
  odds(part: number, whole: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32, of which all 2^32 states are seeds. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  return {
    below,
    odds: (part, whole) => below(whole) < part,
    pick: (choices) => choices[below(choices.length)]!,
  };
}
