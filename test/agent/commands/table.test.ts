// What holds for every command of the agent.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/agent/commands/command.ts';
import { dispatch } from '../../../src/agent/commands/dispatch.ts';
import { agentCommands, agentPrograms } from '../../../src/agent/commands/table.ts';
import { usageOf } from '../../../src/agent/commands/usage.ts';
import { memoryHost } from '../memory-host.ts';

const all = Object.entries(agentPrograms).flatMap(([program, commands]) =>
  commands.map((command): [string, Command, readonly Command[]] => [
    `${program}: ${command.words}`,
    command,
    commands,
  ]),
);

describe.each(all)('%s', (_, command, commands) => {
  const words = command.words.split(' ');
  const call = (...more: string[]) => {
    const host = memoryHost();
    return { status: dispatch([...words, ...more], host, commands), host };
  };

  test('is the only one of its words', () => {
    expect(all.filter(([, each]) => each.words === command.words)).toHaveLength(1);
    expect(command.words).toMatch(/^[a-z-]+( [a-z]+)?$/);
  });

  test('called wrongly it prints its own usage, ends with 2 and does nothing', () => {
    const { status, host } = call('--no-such-word', 'nor this', 'nor that');
    expect(status).toBe(2);
    expect(host.printed).toEqual([`usage: ${usageOf(command)}`]);
    expect([host.calls, [...host.files]]).toEqual([[], []]);
  });

  test('takes no words where its usage names none, and none less where it names one without brackets', () => {
    if (command.usage === undefined) expect(command.parse(['word'])).toBeUndefined();
    const needsMore = command.usage !== undefined && !command.usage.startsWith('[');
    expect(command.parse([]) === undefined).toBe(needsMore);
  });

  test('for people it is in the docs', () => {
    if (command.summary === undefined) return;
    const docs = readdirSync('docs').filter((name) => name.endsWith('.md'));
    const text = docs.map((name) => readFileSync(`docs/${name}`, 'utf8')).join('\n');
    expect(text).toContain(`catamaran-agent ${command.words}`);
  });
});

test.each(Object.entries(agentPrograms))(
  'the program %s without words, or with wrong ones, tells people of theirs alone',
  (_, commands) => {
    for (const words of [[], ['reboot'], ['bundles'], ['bundle'], ['disk', 'shrink']]) {
      const host = memoryHost();
      expect(dispatch(words, host, commands)).toBe(2);
      for (const { words, summary } of commands) {
        expect(host.printed.some((line) => line.startsWith(`  catamaran-agent ${words}`))).toBe(
          summary !== undefined,
        );
      }
    }
  },
);

test.each<[string[], boolean]>([
  [['stage', '--from', '/mnt/'], true],
  [['stage', '--from', '/mnt', '--tries', '2', '--force'], true],
  [['stage', '--from'], false],
  [['stage', '--from', '/mnt', '--tries', '4'], false],
  [['mark-bad', 'B'], true],
  [['mark-bad', 'C'], false],
  [['status', '--json'], true],
  [['status', '--yaml'], false],
  [['bundle', 'list', 'services'], false],
  [['bundle', 'prepare', 'services/../x'], false],
  [['bundle', 'prepare', 'services/web'], true],
  [['update', '--check', '--now'], false],
  [['update', '--offline-media', '/mnt', '--waive-expiry'], true],
  [['update', '--poll'], true],
  [['channel', 'beta'], true],
  [['install', 'vda', '--wipe', '--config', '/x', '--channel', 'beta', '--firmware', 'uefi'], true],
  [['install', 'vda', 'vdb'], false],
  [['install', '--firmware', 'coreboot'], false],
  [['install', '--config'], false],
  [['install', '--unattended', 'vda'], false],
])('%j: %s', (words, sound) => {
  const line = words.join(' ');
  const [command] = all
    .map(([, each]) => each)
    .filter((each) => line.startsWith(each.words))
    .sort((a, b) => b.words.length - a.words.length);
  const rest = words.slice(command!.words.split(' ').length);
  expect(command!.parse(rest) !== undefined).toBe(sound);
});

test('status says that provisioning went wrong, and why; without it nothing', () => {
  const live = { '/run/catamaran/live': 'sr0\n', '/usr/lib/catamaran/release': '' };
  const report = {
    ...{ format: 1, platform: 'aws', by: 'dmi', newInstance: 'no', sources: {}, passes: ['local'] },
    ...{ applied: [], ignored: [], failed: [{ what: 'ec2', message: 'HTTP 500' }] },
  };
  const said = (files: Record<string, string>, ...words: string[]) => {
    const host = memoryHost({ ...live, ...files });
    dispatch(['status', ...words], host, agentCommands);
    return host.printed.join('\n');
  };
  const files = { '/run/catamaran/provision.json': JSON.stringify(report) };
  expect(said(files)).toContain('platform   aws\ndegraded   provisioning failed in part: ec2: HTTP 500');
  expect(JSON.parse(said(files, '--json')).provision).toEqual({
    platform: 'aws',
    degraded: 'provisioning failed in part: ec2: HTTP 500',
  });
  expect(said({ '/run/catamaran/provision.json': '{' })).toContain(
    'degraded   /run/catamaran/provision.json',
  );
  expect(said({})).not.toMatch(/platform|degraded/);
});
