/** The members of `value` that are defined: first those that `keys` names, in its order, then the others in theirs. */
export function inOrder<T extends object>(value: T, keys: readonly string[]): T {
  const fields = value as Record<string, unknown>;
  const names = [...keys, ...Object.keys(value).filter((key) => !keys.includes(key))];
  return Object.fromEntries(
    names.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  ) as T;
}
