// The plan of the smallest example as text, and which steps a change reaches: those, and no others, are made again.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Plan, Step } from '../../src/engine/step.ts';
import type { LockedSpec } from '../../src/lock/locked-spec.ts';
import { type BuildPlan, planBuild } from '../../src/output/plan.ts';
import { fakePackage, lockedSpec, minimalSpec, withComponent } from './support.ts';

let text: string;
let locked: LockedSpec;
let plan: BuildPlan;
beforeAll(async () => {
  text = await minimalSpec();
  locked = await lockedSpec(text);
  plan = planBuild(locked, ['qcow2', 'raw']);
});

function describePlan({ steps }: Plan): string {
  return steps
    .map(({ id, kind, inputs, needs }) => {
      // Which packages and files there are is the components' own matter.
      const names = Object.keys(inputs).map((name) => name.replace(/^(file|package) .*/, '$1s'));
      const lines = [
        `${kind.name}: ${id}`,
        `  inputs: ${[...new Set(names)].sort().join(', ')}`,
        ...needs.map((need) => `  needs: ${need.id}`),
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}

test('the plan of examples/minimal.yml', async () => {
  await expect(describePlan(plan)).toMatchFileSnapshot('minimal.plan.txt');
});

test('each step comes after those that it needs, and each id and key is there once', () => {
  const seen = new Set<string>();
  for (const step of plan.steps) {
    expect(step.needs.filter((need) => !seen.has(need.id))).toEqual([]);
    seen.add(step.id);
  }
  expect(seen.size).toBe(plan.steps.length);
  expect(new Set(plan.steps.map((step) => step.key)).size).toBe(plan.steps.length);
});

test('the same spec and lock give the same keys', async () => {
  const other = planBuild(await lockedSpec(text), ['raw', 'qcow2']);
  expect(other.steps.map(({ id, key }) => [id, key])).toEqual(plan.steps.map(({ id, key }) => [id, key]));
});

/** The ids of the steps whose keys differ, or that one of the two plans does not have. */
function changedSteps(other: BuildPlan): string[] {
  const keys = new Map(plan.steps.map(({ id, key }) => [id, key]));
  return stepsOf(other)
    .filter(({ id, key }) => keys.get(id) !== key)
    .map(({ id }) => id);
}

/** Without those that only put together what others have made. */
const stepsOf = ({ steps, outputs }: BuildPlan): Step[] =>
  steps.filter((step) => step.kept || outputs.some((output) => output.step === step));

const disks = ['qcow2', 'raw'];
const bundles = ['onboot/000-sysctl', 'services/dhcp', 'services/sshd', 'services/getty'].map(
  (place) => `bundle ${place}`,
);

const withText = async (from: string, to: string): Promise<LockedSpec> => {
  expect(text).toContain(from);
  return lockedSpec(text.replace(from, to));
};

const withInput = (name: string) =>
  withComponent(locked, name, ({ sources }) => ({
    sources: { ...sources, inputs: { ...sources.inputs, 'file etc/x': 'file 644 0:0 sha256:0' } },
  }));

test.each<[string, () => LockedSpec | Promise<LockedSpec>, string[]]>([
  ['nothing', () => lockedSpec(text), []],
  ['a comment', () => withText('# Room for one version', '# Space for one version'), []],
  ['the content of a file', () => withText('Two hulls', 'Three hulls'), ['base', ...disks]],
  ['the mode of a file', () => withText('mode: "0644"', 'mode: "0600"'), ['base', ...disks]],
  ['the kernel arguments', () => withText('console=tty0', 'console=tty1'), disks],
  ['the kernel’s name in its image', () => withText('  cmdline:', '  binary: vmlinuz\n  cmdline:'), disks],
  ['the version of the system', () => withText('version: 0.1.0', 'version: 0.1.1'), ['base', ...disks]],
  ['the size of a slot', () => withText('slot: 512M', 'slot: 600M'), disks],
  ['the size of the data partition', () => withText('data: 1G', 'data: 2G'), ['data partition', ...disks]],
  [
    'the setting of a container',
    () => withText('name: getty,', 'name: getty, env: [A=b],'),
    ['bundle services/getty', 'base', ...disks],
  ],
  [
    'the name of a container, which the labels of all images may refer to',
    () => withText('name: getty,', 'name: console,'),
    [...bundles.slice(0, -1), 'bundle services/console', 'base', ...disks],
  ],
  [
    'the order of services: segments lie and are indexed in it',
    () =>
      withText(
        '  - { name: dhcp, image: component:dhcp }\n  - { name: sshd, image: component:sshd }',
        '  - { name: sshd, image: component:sshd }\n  - { name: dhcp, image: component:dhcp }',
      ),
    [...bundles, 'base', ...disks],
  ],
  [
    'the order of init: their users are merged in it',
    () => withText('[component:init, component:crun,', '[component:crun, component:init,'),
    ['base', ...disks],
  ],
  [
    'a package of a service',
    () => withComponent(locked, 'component:sshd', () => ({ packages: [fakePackage('openssh-server', '2')] })),
    ['component sshd', 'segment sshd', 'bundle services/sshd', 'base', ...disks],
  ],
  [
    'a file of a service’s component',
    () => withInput('component:getty'),
    ['component getty', 'segment getty', 'bundle services/getty', 'base', ...disks],
  ],
  ['a file of an init component', () => withInput('component:init'), ['component init', 'base', ...disks]],
  ['a file of the initrd', () => withInput('component:initrd'), ['component initrd', 'initrd', ...disks]],
  [
    'a file of the kernel',
    () => withInput('component:kernel'),
    ['component kernel', 'names of the modules', 'segment kernel modules', 'initrd', 'base', ...disks],
  ],
])('changed: %s', async (_what, change, expected) => {
  const other = planBuild(await change(), ['qcow2', 'raw']);
  expect(changedSteps(other)).toEqual(
    stepsOf(other)
      .map(({ id }) => id)
      .filter((id) => expected.includes(id)),
  );
  expect(changedSteps(other).length).toBe(expected.length);
});

test('other tools: everything that a tool makes or that lies in what it made', () => {
  const other = planBuild({ ...locked, tools: [fakePackage('squashfs-tools', '2')] }, ['raw']);
  const kept = stepsOf(plan)
    .filter(({ id }) => !changedSteps(other).includes(id))
    .map(({ id }) => id);
  // The kernel's component runs depmod.
  expect(kept.filter((id) => id !== 'qcow2')).toEqual(
    plan.steps
      .filter(({ kind, id }) => /^(component|bundle)$/.test(kind.name) && id !== 'component kernel')
      .map(({ id }) => id),
  );
});

test.each([
  ['the epoch', { epoch: 1_700_000_001 }],
  ['the architecture', { arch: 'arm64' }],
] as const)('%s reaches every step but the boot loader, which has no times', (what, change) => {
  const other = planBuild({ ...locked, ...change }, ['qcow2', 'raw']);
  const kept = stepsOf(plan)
    .filter(({ id }) => !changedSteps(other).includes(id))
    .map(({ id }) => id);
  expect(kept).toEqual(what === 'the epoch' ? ['boot loader'] : ['data partition']);
});

test('a format more or less changes nothing of the others', () => {
  fc.assert(
    fc.property(fc.subarray(['qcow2', 'raw'] as const, { minLength: 1 }), (formats) => {
      const other = planBuild(locked, formats);
      expect(changedSteps(other)).toEqual([]);
      expect(other.outputs.map(({ format }) => format.name)).toEqual(formats);
    }),
  );
});

test('an image that is used twice is built once', async () => {
  const twice = await withText('services:', 'services:\n  - { name: again, image: component:getty }');
  const ids = stepsOf(planBuild(twice, ['raw'])).map(({ id }) => id);
  expect(ids.filter((id) => id.includes('getty'))).toEqual([
    'component getty',
    'segment getty',
    'bundle services/getty',
  ]);
});

test('a kernel that is a container too: its modules and its whole are two segments', async () => {
  const image = '../components/kernel';
  const both = await lockedSpec(
    text
      .replace('image: component:kernel', `image: ${image}`)
      .replace('onboot:', `onshutdown:\n  - { name: k, image: ${image} }\nonboot:`),
  );
  const steps = planBuild(both, ['raw']).steps.filter(({ id }) => id.startsWith(`segment ${image}`));
  expect(steps.map(({ id }) => id)).toEqual([`segment ${image} modules`, `segment ${image}`]);
  expect(steps[0]!.key).not.toBe(steps[1]!.key);
});

test('without a kernel there is no disk', async () => {
  const none = await lockedSpec('os: {id: x, version: 1}\ninit: [component:init]\n');
  expect(() => planBuild(none, ['raw'])).toThrow(/names no kernel/);
});
