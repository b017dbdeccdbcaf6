// A component that needs a module that the kernel does not have is refused, by both names.
import { expect, test } from 'vitest';
import { checkModules } from '../../src/steps/module-names.ts';

const names = 'overlay\nxt_nat';

test('what the kernel has is fine, however its name is written', () => {
  checkModules(names, 'component:kernel', new Map([['component docker', ['overlay', 'xt-nat']]]));
});

test('what it does not have is named, with who needs it', () => {
  const wanted = new Map([
    ['component crun', ['overlay']],
    ['component docker', ['overlay', 'veth']],
  ]);
  expect(() => checkModules(names, 'component:tiny', wanted)).toThrow(
    'component docker needs the kernel module veth, which component:tiny does not have',
  );
});

test('of a kernel without indexes nothing is known', () => {
  checkModules('', 'mine', new Map([['component docker', ['veth']]]));
});
