// A kernel that hangs for good: by QEMU's debugger stub, in the protocol of gdb, the processor's interrupts are switched off
// and the next instruction becomes a jump to itself. Nothing in the machine can end that; a watchdog device can.
import { connect, type Socket } from 'node:net';

/** Where an x86-64 processor's registers have them in the answer to `g`: after sixteen of eight bytes. */
const ripAt = 128;
const flagsAt = 136;
const end = 140;
const interruptFlag = 0x200;

/** For QEMU: a stub that `hangKernel` connects to. */
export const debuggerStub = (path: string): string[] => ['-gdb', `unix:path=${path},server=on,wait=off`];

/** The machine stops when somebody connects, and goes on when they let go. */
export async function hangKernel(path: string): Promise<void> {
  const socket = connect(path);
  try {
    const registers = Buffer.from(await ask(socket, 'g'), 'hex').subarray(0, end);
    const rip = registers.readBigUInt64LE(ripAt);
    registers.writeUInt32LE(registers.readUInt32LE(flagsAt) & ~interruptFlag, flagsAt);
    for (const change of [`G${registers.toString('hex')}`, `M${rip.toString(16)},2:ebfe`, 'D']) {
      const answer = await ask(socket, change);
      if (answer !== 'OK') throw new Error(`the debugger stub answers ${change} with ${answer}`);
    }
  } finally {
    socket.destroy();
  }
}

/** One packet, `$TEXT#SUM`, and what comes back. */
function ask(socket: Socket, text: string): Promise<string> {
  const sum = Buffer.from(text).reduce((total, byte) => (total + byte) & 0xff, 0);
  return new Promise((resolve, reject) => {
    let said = '';
    const lost = () => reject(new Error('the debugger stub is gone'));
    const hear = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      const answer = /\$([^#]*)#[0-9a-f]{2}/.exec(said)?.[1];
      if (answer === undefined) return;
      socket.off('data', hear).off('error', reject).off('close', lost);
      socket.write('+');
      resolve(answer);
    };
    socket.on('data', hear).on('error', reject).on('close', lost);
    socket.write(`$${text}#${sum.toString(16).padStart(2, '0')}`);
  });
}
