import { expect, test } from 'vitest';
import { scheduleTable } from '../../src/container/schedule.ts';
import { readSpec } from '../../src/specification/read.ts';
import { contentBytes } from '../../src/tree/content.ts';

const spec = (services: string) =>
  readSpec(
    'spec.yml',
    `kernel: {image: "component:kernel"}\ninit: ["component:init", "component:crun", "component:agent", "component:cron"]\nservices: ${services}\n`,
    { components: ['kernel', 'init', 'crun', 'agent', 'cron', 'sysctl'] },
  );

test('cron starts what has a schedule, by the agent, and nothing else', async () => {
  const { services } = spec(
    '[{name: web, image: "component:sysctl"}, {name: nightly, image: "component:sysctl", schedule: "30  3 * * Mon"}]',
  );
  const [[path, node] = []] = scheduleTable(services);
  expect(path).toBe('etc/cron.d/services');
  expect(node?.type === 'file' && Buffer.from(await contentBytes(node.content)).toString()).toBe(
    '30 3 * * mon root /usr/bin/catamaran-agent services start nightly\n',
  );
  expect(services.map(({ supervision }) => supervision?.restart.policy)).toEqual(['always', 'never']);
});

test('without one there is no table', () => {
  expect(scheduleTable(spec('[{name: web, image: "component:sysctl"}]').services).size).toBe(0);
});
