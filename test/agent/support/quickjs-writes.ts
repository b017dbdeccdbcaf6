// What quickjs-writes.slow.test.ts has done in QuickJS by the host of machines: ROOT stands for the machine's own root. The
// answer is `done`, or why not.
import { commandLine, exit, quickJsHost } from '../../../src/agent/host/host-quickjs.ts';
import { partitionsOf } from '../../../src/agent/slots/partitions.ts';
import { recordPending } from '../../../src/agent/slots/records.ts';
import { putDurably } from '../../../src/agent/update/durable.ts';
import { messageOf } from '../../../src/base/errors.ts';

const [root = '', verb, count] = commandLine;
const size = Number(count);
const at = (path: string) => path.replace(/^(if=|of=)?(?=\/(dev|run|sys|var)\/)/, `$1${root}`);
const host: typeof quickJsHost = {
  ...quickJsHost,
  readText: (path) => quickJsHost.readText(at(path)),
  listDirectory: (path) => quickJsHost.listDirectory(at(path)),
  writeFile: (path, content) => quickJsHost.writeFile(at(path), content),
  removeFile: (path) => quickJsHost.removeFile(at(path)),
  run: (command) => quickJsHost.run(command.map(at) as [string, ...string[]]),
};
/** Of so many bytes: half of them are one letter each. */
const text = 'é'.repeat(size / 4) + 'x'.repeat(size / 2);

try {
  if (verb === 'text') host.writeFile('/var/file', text);
  else if (verb === 'bytes')
    host.writeFile('/var/file', new Uint8Array(size + 8).fill(1).subarray(4, size + 4));
  else if (verb === 'durable') putDurably(host, '/var/file', text);
  else if (verb === 'record') {
    const facts = { slot: 'B', version: '2.0.0', rootHash: 'ab', bootId: 'b', tries: 3, starts: 0 } as const;
    recordPending(host, { ...facts, reason: text });
  } else partitionsOf(host).write('boot-b', 4096, new Uint8Array(size));
  host.print('done');
} catch (error) {
  host.print(messageOf(error));
}
exit(0);
