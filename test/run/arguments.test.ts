import { expect, test } from 'vitest';
import { type MachineOptions, machineArguments } from '../../src/run/arguments.ts';

const files = { data: ['/t/qemu', '/t/seabios'], uefi: { code: '/t/code.fd', variables: '/s/vars.fd' } };
const minimal: MachineOptions = {
  arch: 'amd64',
  image: '/i/disk.qcow2',
  format: 'qcow2',
  firmware: 'bios',
  accelerator: { kind: 'tcg', threads: 'single' },
};
const line = (options: Partial<MachineOptions>, more = {}) =>
  machineArguments({ ...minimal, ...options }, { ...files, ...more })
    .join(' ')
    .replaceAll(/ (?=-(?!L))/g, '\n');

test('a machine with nothing but an image', () => {
  expect(line({})).toMatchInlineSnapshot(`
    "-nodefaults
    -no-user-config
    -display none -L /t/qemu -L /t/seabios
    -machine q35
    -accel tcg,thread=single
    -cpu max,-cx16,-erms,-fsrm
    -m 1024M
    -smp 1
    -drive if=none,id=disk0,format=qcow2,file=/i/disk.qcow2
    -device virtio-blk-pci,drive=disk0,bootindex=0
    -netdev user,id=net0,restrict=on
    -device virtio-net-pci,netdev=net0,romfile=
    -device virtio-rng-pci
    -chardev stdio,id=serial0,signal=off
    -serial chardev:serial0
    -no-reboot"
  `);
});

test('a machine of arm64 is another board with another processor, and has UEFI only', () => {
  const lines = line({ arch: 'arm64', firmware: 'uefi' }).split('\n');
  expect(lines).toContain('-machine virt');
  expect(lines).toContain('-cpu max,pauth-impdef=on');
  expect(lines).toContain('-drive if=pflash,unit=0,format=raw,readonly=on,file=/t/code.fd');
  expect(() => line({ arch: 'arm64', firmware: 'bios' })).toThrow('a machine of arm64 with a BIOS');
});

test('a machine with all that there is', () => {
  expect(
    line(
      {
        firmware: 'uefi',
        accelerator: { kind: 'kvm' },
        memory: 2 ** 31 + 1,
        cpus: 4,
        sshPort: 2222,
        snapshot: true,
        network: 'open',
        onReboot: 'reboot',
        watchdog: true,
        extra: ['-device', 'x'],
      },
      { controlDescriptor: 4 },
    ),
  ).toMatchInlineSnapshot(`
    "-nodefaults
    -no-user-config
    -display none -L /t/qemu -L /t/seabios
    -machine q35
    -accel kvm
    -cpu host
    -m 2049M
    -smp 4
    -drive if=pflash,unit=0,format=raw,readonly=on,file=/t/code.fd
    -drive if=pflash,unit=1,format=raw,file=/s/vars.fd
    -drive if=none,id=disk0,format=qcow2,file=/i/disk.qcow2,snapshot=on,cache=unsafe
    -device virtio-blk-pci,drive=disk0,bootindex=0
    -netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22
    -device virtio-net-pci,netdev=net0,romfile=
    -device virtio-rng-pci
    -chardev stdio,id=serial0,signal=off
    -serial chardev:serial0
    -chardev socket,id=control0,fd=4
    -mon chardev=control0,mode=control
    -device i6300esb
    -action watchdog=reset
    -device x"
  `);
});

test.each(['virtio-scsi', 'nvme', 'ahci', 'pvscsi', 'cd', 'usb'] as const)(
  'a disk on %s is the one that is booted',
  (bus) => {
    expect(line({ bus })).toMatch(/drive=disk0,.*bootindex=0/);
  },
);

test('a comma in a file name is no option', () => {
  expect(line({ image: '/i/a,readonly=on' })).toContain('file=/i/a,,readonly=on');
});

test('a CD is only read, and a text in the firmware’s configuration is one word', () => {
  expect(line({ bus: 'cd', snapshot: true })).toMatch(/media=cdrom,readonly=on(?!.*snapshot)/);
  const firmwareConfig = { 'opt/org.catamaran/login': 'ssh-ed25519 AAAA a,b' };
  expect(machineArguments({ ...minimal, firmwareConfig }, files)).toContain(
    'name=opt/org.catamaran/login,string=ssh-ed25519 AAAA a,,b',
  );
});

test('a machine without a network has no card', () => {
  expect(line({ network: 'none', sshPort: 22 })).not.toMatch(/net/);
});

test('nothing listens on any address but the loopback', () => {
  const forwards = [{ protocol: 'udp', host: 5353, guest: 53 }] as const;
  const text = line({ sshPort: 0, forwards });
  expect(text).toContain('hostfwd=tcp:127.0.0.1:0-:22');
  expect(text).toContain('hostfwd=udp:127.0.0.1:5353-:53');
});

test('a kernel that QEMU starts itself needs no disk, and has the first place before one', () => {
  const kernel = { kernel: '/o/a-kernel', initrd: '/o/a-initrd.img', cmdline: 'console=ttyS0 quiet' };
  const { image: _, format: __, ...diskless } = minimal;
  const args = machineArguments({ ...diskless, kernel }, files);
  expect(args.slice(args.indexOf('-kernel'), args.indexOf('-kernel') + 6)).toEqual([
    ...['-kernel', '/o/a-kernel', '-initrd', '/o/a-initrd.img', '-append', 'console=ttyS0 quiet'],
  ]);
  expect(args.join(' ')).not.toContain('disk0');
  expect(line({ kernel })).toMatch(/drive=disk0(?!.*bootindex)/);
});

test('what a platform gives: a file of the firmware, a volume, services at addresses of its own', () => {
  const command = ['/n/node', '/d/relay.js', '4000'];
  const lines = line({
    firmwareFiles: { 'opt/a': '/x/a,b' },
    volume: { path: '/x/cd.iso', as: 'cd' },
    linkServices: [
      { address: '169.254.169.254', command },
      { address: '168.63.129.16', command },
    ],
    sshPort: 0,
  }).split('\n');
  expect(lines.filter((each) => /fw_cfg|volume0|netdev/.test(each))).toMatchInlineSnapshot(`
    [
      "-netdev user,id=net0,net=169.254.0.0/16,dhcpstart=169.254.10.15,guestfwd=tcp:169.254.169.254:80-cmd:/n/node /d/relay.js 4000,restrict=on,hostfwd=tcp:127.0.0.1:0-:22",
      "-device virtio-net-pci,netdev=net0,romfile=",
      "-netdev user,id=net1,net=168.63.129.0/24,dhcpstart=168.63.129.100,guestfwd=tcp:168.63.129.16:80-cmd:/n/node /d/relay.js 4000,restrict=on",
      "-device virtio-net-pci,netdev=net1,romfile=",
      "-drive if=none,id=volume0,format=raw,readonly=on,file=/x/cd.iso,media=cdrom",
      "-device ide-cd,bus=ide.2,drive=volume0",
      "-fw_cfg name=opt/a,file=/x/a,,b",
    ]
  `);
  const disk = line({ volume: { path: '/x/seed', as: 'disk' } });
  expect(disk).toContain('-device virtio-blk-pci,drive=volume0');
  const arm = line({ arch: 'arm64', firmware: 'uefi', volume: { path: '/x/cd', as: 'cd' } });
  expect(arm).toContain('-device scsi-cd,bus=cd0.0,drive=volume0');
});
