// The updater's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`, apart from the agent.

import { runUpdateCommand } from '../commands/update.ts';
import { commandLine, exit } from '../host/host-quickjs.ts';
import { quickJsUpdateHost } from './host-quickjs.ts';

exit(runUpdateCommand(commandLine, quickJsUpdateHost));
