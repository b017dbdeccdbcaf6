// One way into any container, whichever init there is: a shell in one that runs, and what runs in each.
import { AgentError, type Host } from '../host/host.ts';
import { requireService } from './control.ts';
import { managerOf } from './managers.ts';
import { printTable } from './report.ts';
import { readServices } from './settings.ts';

const shell = ['/bin/sh'];

/** Without a command: a shell. With a terminal where whoever asks has one. */
export function enterContainer(host: Host, name: string, command: readonly string[]): void {
  requireService(host, name);
  const manager = managerOf(host);
  if (manager.list(host, [name])[0]?.pid === undefined)
    throw new AgentError(`${name} does not run`, {
      code: 'service-stopped',
      fault: 'usage',
      hint: `catamaran-agent services says why, and catamaran-agent logs ${name} what it said.`,
    });
  const words = command.length > 0 ? command : shell;
  const status = host.show(['sh', '-c', onTerminal, ...manager.enter(name), ...words]);
  if (status !== 0)
    throw new AgentError(`${words.join(' ')} in ${name} ended with status ${status}`, {
      code: 'program-failed',
    });
}

const onTerminal = `runtime=$0 word=$1
shift
[ -t 0 ] && exec "$runtime" "$word" -t "$@"
exec "$runtime" "$word" "$@"`;

/** Of each container that runs, its processes: those of its control group, and of what is below that. */
export function listProcesses(host: Host): void {
  const names = readServices(host).map(({ name }) => name);
  const rows = managerOf(host)
    .list(host, names)
    .flatMap(({ name, pid }) =>
      pid === undefined ? [] : processesOf(host, pid).map((row) => [name, ...row]),
    );
  printTable(host, [['CONTAINER', 'PID', 'COMMAND'], ...rows]);
}

function processesOf(host: Host, pid: number): (readonly [string, string])[] {
  const group = /^0::(.*)$/m.exec(host.readText(`/proc/${pid}/cgroup`) ?? '')?.[1];
  if (group === undefined) return [];
  const { output } = host.run([
    'find',
    `/sys/fs/cgroup${group}`,
    '-name',
    'cgroup.procs',
    '-exec',
    'cat',
    '{}',
    '+',
  ]);
  const processes = output.split('\n').filter((line) => /^\d+$/.test(line));
  return processes
    .sort((a, b) => Number(a) - Number(b))
    .map((process) => [process, commandOf(host, process)] as const);
}

const longest = 120;
function commandOf(host: Host, process: string): string {
  const words = host.readText(`/proc/${process}/cmdline`) ?? '';
  return (
    words
      .replaceAll(/[^ -~]+/g, ' ')
      .trim()
      .slice(0, longest) || '-'
  );
}
