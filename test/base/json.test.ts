import { expect, test } from 'vitest';
import { asJson, canonicalJson } from '../../src/base/json.ts';

interface Plain {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly inner?: { readonly done: boolean };
}

test('an interface is JSON as it stands; what is not is told by the compiler', () => {
  const plain: Plain = { sizes: [2, 1], name: 'x', inner: { done: true } };
  expect(canonicalJson(asJson(plain))).toBe('{"inner":{"done":true},"name":"x","sizes":[2,1]}');
  // @ts-expect-error A Map has methods.
  asJson({ map: new Map([['a', 1]]) });
  // @ts-expect-error So has a Date.
  asJson({ when: new Date(0) });
});
