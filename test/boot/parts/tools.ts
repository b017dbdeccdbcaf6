// What stands around engines: each does its one thing, all of them in one machine.
import { expect } from 'vitest';
import { fromOutside, openOutside } from '../../support/outside.ts';
import { until } from '../../support/parts.ts';
import { due, images, type Part } from './part.ts';

/** On a disk in a file, `/dev/loopN` is what the command is given as `$disk`. */
const onDisk = (file: string, command: string) =>
  `truncate -s 64M ${file} && disk=$(losetup -f) && losetup $disk ${file} && ${command}`;

export const tools: readonly Part[] = [
  {
    name: 'nginx',
    files: [
      '{path: etc/nginx/conf.d/own.conf, contents: "server { listen 80; server_name own; return 200 by-nginx; }\\n"}',
    ],
    ready: "wget -qO- --header 'Host: own' http://127.0.0.1/",
    processes: ['nginx'],
    async show({ run }) {
      expect(await run("wget -qO- --header 'Host: own' http://127.0.0.1/")).toBe('by-nginx');
      await run('echo by hand >/srv/www/index.html');
      expect(await run('wget -qO- http://127.0.0.1/')).toBe('by hand');
    },
  },
  {
    name: 'chrony',
    ready: 'chronyc -n tracking',
    processes: ['chronyd'],
    async show({ run }) {
      expect(await run('chronyc -n tracking')).toContain('Leap status');
      expect(await run('chronyc -c activity')).toMatch(/^\d+,\d+,/);
    },
  },
  {
    name: 'nftables',
    allow: ['22/tcp', '{ports: 7000-7001/tcp, from: 10.78.0.0/24}', '{ports: 7002/tcp, interface: "eth*"}'],
    ready: 'nft list table inet filter',
    async show({ run, attempt }) {
      expect(await run('nft list chain inet filter input')).toContain('policy drop');
      // Over loopback everything is taken; from another network namespace what the spec allows there.
      for (const command of openOutside) await run(command);
      const ask = (port: number) => fromOutside(`echo | nc -w 9 10.78.0.1 ${port}`);
      for (const port of [7000, 7001, 7002, 7003]) {
        await run(`nc -ll -p ${port} -e echo there >/dev/null 2>&1 </dev/null & sleep 2`);
        expect(await run(`echo | nc -w 9 127.0.0.1 ${port}`)).toBe('there');
      }
      expect(await run(ask(22))).toContain('SSH-2.0');
      for (const port of [7000, 7001]) expect(await run(ask(port))).toBe('there');
      for (const port of [7002, 7003]) expect((await attempt(ask(port))).exitCode).not.toBe(0);
      expect(await run(fromOutside('ping -c 1 -w 60 10.78.0.1'))).toContain('1 packets received');
    },
  },
  {
    name: 'node-exporter',
    ready: 'wget -qO- http://127.0.0.1:9100/metrics',
    processes: ['prometheus-node'],
    async show({ run }) {
      expect(await run('wget -qO- http://127.0.0.1:9100/metrics | grep ^node_memory_MemTotal')).toMatch(/\d/);
    },
  },
  {
    name: 'cron',
    files: ['{path: etc/cron.d/note, contents: "* * * * * root echo by cron >/run/noted\\n", mode: "0644"}'],
    services: [due],
    processes: ['cron'],
    async show({ run }) {
      expect(await run(until('cat /run/noted'))).toBe('by cron');
      expect(await run(until('catamaran-agent logs due | grep "is due"'))).toContain('is due');
    },
  },
  {
    name: 'toolbox',
    async show({ run }) {
      expect(await run('ss -ltn')).toContain(':22');
      expect(await run('ip -j addr show dev lo | jq -r ".[0].addr_info[0].local"')).toBe('127.0.0.1');
      expect(await run('strace -e trace=write echo traced 2>&1')).toContain('write(1, "traced');
      expect(await run('tcpdump -D')).toContain('lo');
      for (const name of ['less', 'curl', 'htop', 'nano']) await run(`${name} --version`);
      expect(await run('less /etc/os-release')).toContain('VERSION');
    },
  },
  {
    name: 'wireguard-tools',
    async show({ run }) {
      await run(
        'ip link add wg9 type wireguard && wg genkey >/run/wg9 && wg set wg9 private-key /run/wg9 listen-port 51820',
      );
      expect(await run('wg show wg9 listen-port')).toBe('51820');
    },
  },
  {
    name: 'lvm2',
    async show({ run }) {
      await run(
        onDisk(
          '/var/tmp/lvm',
          'pvcreate $disk && vgcreate group $disk && lvcreate -y -n volume -L 16M group',
        ),
      );
      expect(await run('lvs --noheadings -o lv_name group')).toBe('volume');
      await run('mke2fs -q /dev/group/volume');
    },
  },
  {
    name: 'cryptsetup',
    async show({ run }) {
      const format =
        'cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $disk /etc/os-release';
      await run(
        onDisk('/var/tmp/luks', `${format} && cryptsetup open --key-file /etc/os-release $disk secret`),
      );
      expect(await run('cryptsetup status secret')).toContain('LUKS2');
    },
  },
  {
    name: 'iperf3',
    async show({ run }) {
      expect(await run('iperf3 -s -1 -D && sleep 1 && iperf3 -c 127.0.0.1 -t 1')).toContain('receiver');
    },
  },
  {
    name: 'smartmontools',
    async show({ attempt }) {
      expect((await attempt('smartctl -i /dev/vda')).text).toContain('smartctl 7');
    },
  },
  {
    name: 'rsyslog',
    processes: ['rsyslogd'],
    ready: 'test -S /dev/log',
    async show({ run }) {
      await run('logger -t boat aboard');
      expect(await run(until('grep aboard /var/log/syslog'))).toContain('boat: aboard');
    },
  },
  {
    name: 'logrotate',
    files: ['{path: etc/logrotate.d/big, contents: "/var/log/big {\\n  size 10k\\n}\\n", mode: "0644"}'],
    async show({ run }) {
      await run('head -c 20000 /dev/zero >/var/log/big && logrotate -s /run/logrotate /etc/logrotate.conf');
      await run('test -s /var/log/big.1 && test ! -e /var/log/big');
    },
  },
  {
    name: 'keepalived',
    files: [
      '{path: etc/keepalived/keepalived.conf, mode: "0644", contents: "vrrp_instance one { interface eth0\\n virtual_router_id 7\\n priority 200\\n virtual_ipaddress { 10.99.0.1 } }\\n"}',
    ],
    processes: ['keepalived'],
    async show({ run }) {
      expect(await run(until('ip addr show dev eth0 | grep 10.99.0.1'))).toContain('10.99.0.1');
    },
  },
  {
    name: 'multipath',
    processes: ['multipathd'],
    ready: 'multipathd show daemon',
    async show({ run }) {
      expect(await run('multipathd show daemon')).toMatch(/idle|running/);
    },
  },
  {
    name: 'open-iscsi',
    processes: ['iscsid'],
    ready: 'test -s /etc/iscsi/initiatorname.iscsi && iscsiadm -m iface',
    async show({ run }) {
      expect(await run('cat /etc/iscsi/initiatorname.iscsi')).toMatch(/^InitiatorName=iqn\./);
      expect(await run('iscsiadm -m iface')).toContain('default tcp');
    },
  },
  {
    name: 'nfs',
    async show({ run, attempt }) {
      expect(await run('cat /proc/filesystems')).toContain('nfs4');
      // Nobody serves it: the answer is the other machine's kernel's.
      const { text } = await attempt(
        'mkdir -p /run/share && mount -t nfs4 -o retry=0 127.0.0.1:/ /run/share',
      );
      expect(text).toMatch(/Connection refused/);
    },
  },
  {
    name: 'cifs',
    async show({ run, attempt }) {
      expect(await run('cat /proc/filesystems')).toContain('cifs');
      // Nobody serves it: the answer is the other machine's kernel's.
      const { text } = await attempt(
        'mkdir -p /run/smb && mount -t cifs -o guest //127.0.0.1/share /run/smb; dmesg | grep -i cifs',
      );
      expect(text).toMatch(/mount error\(111\)|rc = -111/);
    },
  },
  {
    name: 'ceph',
    async show({ run, attempt }) {
      expect(await run('cat /proc/filesystems')).toContain('ceph');
      expect(await run('rbd --version')).toMatch(/^ceph version \d/);
      // No monitor is there: the key is good, and nobody answers.
      const options = 'name=admin,secret=AQAAAAAAAAAAABAABwcHBwcHBwcHBwcHBwcHBw==,mount_timeout=2';
      const mount = `mount -t ceph 127.0.0.1:6789:/ /run/ceph -o ${options}`;
      expect((await attempt(`mkdir -p /run/ceph && ${mount}`)).text).toMatch(/timed out|mount error/);
    },
  },
  {
    name: 'hyperv-daemons',
    async show({ run }) {
      expect(await run('hv_kvp_daemon --help 2>&1 || true')).toContain('--no-daemon');
      expect(await run(until('sv status /run/service/hyperv-daemons | grep ^down'))).toContain('down');
    },
  },
  {
    name: 'cockpit',
    ready: 'wget --no-check-certificate -qO- https://127.0.0.1:9090/',
    processes: ['cockpit-ws'],
    async show({ run }) {
      expect(await run('wget --no-check-certificate -qO- https://127.0.0.1:9090/')).toContain('login');
      expect(await run('ls /etc/cockpit/ws-certs.d')).toContain('.cert');
    },
  },
  {
    name: 'kubectl',
    async show({ run }) {
      expect(await run('kubectl version --client')).toMatch(/Client Version: v1\./);
    },
  },
  {
    name: 'open-vm-tools',
    async show({ run, attempt }) {
      expect((await attempt('vmware-toolbox-cmd -v')).text).toContain('must be run inside a virtual machine');
      expect(await run(until('sv status /run/service/open-vm-tools | grep ^down'))).toContain('down');
    },
  },
  {
    name: 'qemu-guest-agent',
    processes: ['qemu-ga'],
    async show({ askAgent, run }) {
      await run(until('pidof qemu-ga'));
      expect(await askAgent({ execute: 'guest-get-osinfo' })).toMatchObject({
        return: { id: 'parts-tools' },
      });
    },
  },
];

const haproxy = [
  'defaults',
  '  mode http',
  '  timeout connect 60s',
  '  timeout client 60s',
  '  timeout server 60s',
  'frontend in',
  '  bind 127.0.0.1:8092',
  '  default_backend out',
  'backend out',
  '  server one 127.0.0.1:8093',
];

/** They die of an illegal instruction without it, and QEMU's machines of ours have not got it. */
export const withCmpxchg16b: readonly Part[] = [
  {
    name: 'haproxy',
    files: [
      ...images,
      `{path: etc/haproxy/haproxy.cfg, mode: "0644", contents: "${haproxy.join('\\n')}\\n"}`,
    ],
    processes: ['haproxy'],
    ready: 'pidof haproxy',
    async show({ run }) {
      await run('httpd -p 127.0.0.1:8093 -h /usr/share/page');
      expect(await run(until('wget -qO- http://127.0.0.1:8092/index.html'))).toBe('served by a container');
      const master = await run('pidof haproxy');
      await run('sv hup /run/service/haproxy');
      expect(await run(until(`wget -qO- http://127.0.0.1:8092/index.html`))).toBe('served by a container');
      expect(await run('pidof haproxy')).not.toBe(master);
    },
  },
];
