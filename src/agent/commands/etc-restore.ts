// After a safe boot: the /etc that was set aside comes back.
import { asidePath, askForAside, hasAside } from '../boot/safe-boot.ts';
import { AgentError } from '../host/host.ts';
import { alone, type Command } from './command.ts';

export const etcRestore: Command = {
  words: 'etc restore',
  summary: 'brings back, at the next boot, the /etc that a safe boot has set aside',
  parse: alone((host) => {
    if (!hasAside(host))
      throw new AgentError(`there is no ${asidePath}: nothing has been set aside`, {
        code: 'nothing-aside',
        fault: 'usage',
      });
    askForAside(host);
    host.print(
      `${asidePath} is /etc again at the next boot; what is in /etc now will be in /var/lib/etc.discarded`,
    );
  }),
};
