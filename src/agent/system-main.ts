// The entry of what component:init-docker adds: the command line in, an exit status out. Bundled by esbuild for `qjs --std`, apart
// from the agent.
import { dispatch } from './commands/dispatch.ts';
import { systemCommands } from './commands/table.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(dispatch(commandLine, quickJsHost, systemCommands));
