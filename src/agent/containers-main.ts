// The entry of what is done for containers and services, often many times in a boot: the command line in, an exit status out. Bundled by esbuild for `qjs --std`.
import { dispatch } from './commands/dispatch.ts';
import { containerCommands } from './commands/table.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(dispatch(commandLine, quickJsHost, containerCommands));
