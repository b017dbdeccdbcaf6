// Whether what this machine is told makes sense.
import { AgentError } from '../host/host.ts';
import { knownKeys, readSettings } from '../system/settings.ts';
import { alone, type Command } from './command.ts';

export const configValidate: Command = {
  words: 'config validate',
  summary: 'whether all that this machine is told beside its spec makes sense',
  parse: alone((host) => {
    const { all, problems } = readSettings(host);
    if (problems.length > 0)
      throw new AgentError(problems.join('\n'), {
        code: 'system-setting',
        fault: 'usage',
        hint: `There are ${knownKeys}.`,
      });
    host.print(`${all.length} settings, and all of them make sense`);
  }),
};
