/** Sets a key like any other, `__proto__` too. */
export function define(mapping: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(mapping, name, { value, enumerable: true, configurable: true, writable: true });
}
