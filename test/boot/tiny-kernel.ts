// A Linux kernel of sixty bytes, for tests of the boot loader: it writes its command line to the first serial port and
// resets the machine. Boots by the 32-bit protocol of the kernel's Documentation/arch/x86/boot.rst, under both firmwares.

// biome-ignore format: one instruction a line
const code = Uint8Array.from([
  0x8b, 0x9e, 0x28, 0x02, 0x00, 0x00, // mov ebx, [esi + 0x228]: cmd_line_ptr
  0x8a, 0x0b,                         // next: mov cl, [ebx]
  0x84, 0xc9,                         // test cl, cl
  0x74, 0x13,                         // jz end
  0x66, 0xba, 0xfd, 0x03,             // mov dx, 0x3fd: line status
  0xec,                               // wait: in al, dx
  0xa8, 0x20,                         // test al, 0x20: ready for a byte
  0x74, 0xfb,                         // jz wait
  0x66, 0xba, 0xf8, 0x03,             // mov dx, 0x3f8: data
  0x88, 0xc8,                         // mov al, cl
  0xee,                               // out dx, al
  0x43,                               // inc ebx
  0xeb, 0xe7,                         // jmp next
  0x66, 0xba, 0xf8, 0x03,             // end: mov dx, 0x3f8
  0xb0, 0x0a,                         // mov al, '\n'
  0xee,                               // out dx, al
  0x66, 0xba, 0xfd, 0x03,             // mov dx, 0x3fd
  0xec,                               // drain: in al, dx
  0xa8, 0x40,                         // test al, 0x40: all sent
  0x74, 0xfb,                         // jz drain
  0x6a, 0x00, 0x6a, 0x00,             // push 0; push 0
  0x0f, 0x01, 0x1c, 0x24,             // lidt [esp]: no interrupt table,
  0xcc,                               // int3: so this resets the machine
]);

export function tinyKernel(): Uint8Array {
  const bytes = new Uint8Array(1024 + 4096);
  const view = new DataView(bytes.buffer);
  view.setUint8(0x1f1, 1); // setup sectors
  view.setUint32(0x1f4, 4096 / 16, true); // size of the rest
  view.setUint16(0x1fe, 0xaa55, true);
  bytes.set([0xeb, 0x6a], 0x200); // where the header ends
  bytes.set(new TextEncoder().encode('HdrS'), 0x202);
  view.setUint16(0x206, 0x020a, true); // protocol version
  view.setUint8(0x211, 1); // loaded high
  view.setUint32(0x214, 0x100000, true); // entry
  view.setUint32(0x22c, 0x7fffffff, true); // highest address of an initrd
  view.setUint32(0x230, 0x1000, true); // alignment
  view.setUint8(0x234, 1); // relocatable
  view.setUint8(0x235, 12);
  view.setUint32(0x238, 2047, true); // longest command line
  view.setBigUint64(0x258, 0x100000n, true); // preferred address
  view.setUint32(0x260, 0x10000, true); // memory that it needs
  bytes.set(code, 1024);
  return bytes;
}
