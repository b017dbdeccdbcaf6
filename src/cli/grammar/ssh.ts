// `catamaran ssh` and `catamaran logs`: what belongs to a machine of `catamaran run`.
import { Argument, Option } from 'commander';
import type { LogsOptions, SshOptions } from '../commands/ssh.ts';
import { defineCommand } from './entry.ts';

const machine = () =>
  new Option('--machine <name>', 'which, where several run: `server` of server.yml or server.qcow2');

export const ssh = defineCommand<[readonly string[]], SshOptions>({
  name: 'ssh',
  summary: 'log in to the machine that `run` has started',
  description: 'Logs in as root to the machine that `catamaran run` has started, or runs a command there.',
  arguments: [new Argument('[command...]', 'for the machine’s shell; write -- before one with options')],
  options: [machine()],
  examples: [
    ['catamaran ssh --machine server', ''],
    ['catamaran ssh -- catamaran-agent status', ''],
    ['catamaran ssh -- tar -C /etc -c . > etc.tar', ''],
  ],
  work:
    ([command], options) =>
    async (session) =>
      (await import('../commands/ssh.ts')).ssh(command, options, session),
});

export const logs = defineCommand<[string | undefined], LogsOptions>({
  name: 'logs',
  summary: 'what that machine or one of its services has said',
  description:
    'Shows what the machine that `catamaran run` has started has said on its console, or what one of its services has said.',
  arguments: [new Argument('[service]', 'a service of the spec')],
  options: [new Option('-f, --follow', 'and what it says from now on'), machine()],
  examples: [
    ['catamaran logs --follow', ''],
    ['catamaran logs sshd --follow', ''],
  ],
  work:
    ([service], options) =>
    async (session) =>
      (await import('../commands/ssh.ts')).logs(service, options, session),
});
