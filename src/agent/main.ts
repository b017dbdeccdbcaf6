// The agent's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`.
import { dispatch } from './commands/dispatch.ts';
import { agentCommands } from './commands/table.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(dispatch(commandLine, quickJsHost, agentCommands));
