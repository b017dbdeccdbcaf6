// A boot sector that proves that a guest really runs: it writes a word to the first serial port, leaves the guest many
// times, as a boot does, and ends the machine.

export const probeWord = 'CATAMARAN';
/** What QEMU's isa-debug-exit makes of the byte: (0x10 << 1) | 1. */
export const probeExitCode = 33;
export const probeDevice = 'isa-debug-exit,iobase=0x501,iosize=0x1';

const code = [
  ...[0x31, 0xc0], //       xor ax, ax
  ...[0x8e, 0xd8], //       mov ds, ax
  0xfc, //                  cld
  ...[0xbe, 0x23, 0x7c], // mov si, 0x7c23    the text, behind the code
  ...[0xba, 0xf8, 0x03], // mov dx, 0x3f8     the serial port
  0xac, //            next: lodsb
  ...[0x84, 0xc0], //       test al, al
  ...[0x74, 0x03], //       jz done
  0xee, //                  out dx, al
  ...[0xeb, 0xf8], //       jmp next
  ...[0xb9, 0x20, 0x4e], // done: mov cx, 20000    each `in` leaves the guest: what a bad KVM is slow at
  ...[0xe4, 0x80], // ask: in al, 0x80
  ...[0xe2, 0xfc], //      loop ask
  ...[0xba, 0x01, 0x05], // mov dx, 0x501
  ...[0xb0, 0x10], //       mov al, 0x10
  0xee, //                  out dx, al
  0xf4, //            stop: hlt
  ...[0xeb, 0xfd], //       jmp stop
];

/** SeaBIOS reads no disk that is smaller than a cylinder. */
const diskSize = 1 << 20;

/** A raw disk; its first sector is loaded at 0x7c00. */
export function makeProbeDisk(): Uint8Array {
  const disk = new Uint8Array(diskSize);
  disk.set(code);
  disk.set(new TextEncoder().encode(`${probeWord}\r\n`), code.length);
  disk.set([0x55, 0xaa], 510);
  return disk;
}
