// A component that needs a module which the kernel lacks is told with both names and its place.
import { expect, test } from 'vitest';
import { modulesOfComponents, requireModules } from '../../src/steps/component-modules.ts';
import { lockedSpec } from '../output/support.ts';

const spec = `kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services: [{name: containerd, image: component:containerd}]
`;

test('both are named, at the line of component.yml', async () => {
  const wishes = modulesOfComponents(await lockedSpec(spec));
  const has = new Set(wishes.map(({ module }) => module));
  expect(() => requireModules(wishes, 'component kernel', has)).not.toThrow();
  has.delete('br_netfilter');
  expect(() => requireModules(wishes, 'component kernel', has)).toThrow(
    expect.objectContaining({
      fault: 'spec',
      diagnostics: [
        expect.objectContaining({
          code: 'spec-module-missing',
          message: 'component:containerd needs the kernel module br_netfilter, and component kernel has none',
          position: expect.objectContaining({ file: expect.stringMatching(/containerd\/component\.yml$/) }),
        }),
      ],
    }),
  );
});

test('a dash and an underscore are the same', async () => {
  const wishes = [{ component: './x', module: 'br-netfilter', position: undefined }];
  expect(() => requireModules(wishes, 'k', new Set(['br_netfilter']))).not.toThrow();
});
