// The engines, which all run side by side in one machine of 2 GiB.
import { expect } from 'vitest';
import { until } from '../../support/parts.ts';
import { fixture, images, type Part, unpackRoot } from './part.ts';

const load = 'docker load -i /usr/share/images/busybox.tar';
const runtimes = { runtimes: { runsc: { path: '/usr/bin/runsc', runtimeArgs: ['--network=host'] } } };
const docker = {
  init: ['apparmor', 'docker'],
  files: images,
  ready: 'docker version',
  long: true,
} as const;
const network = {
  cniVersion: '1.0.0',
  name: 'mine',
  plugins: [{ type: 'bridge', bridge: 'cri0', ipam: { type: 'host-local', subnet: '10.76.0.0/24' } }],
};
/** Of the CRI's RuntimeStatus: a condition of this name that holds. */
const holds = (condition: string) => `${Buffer.from(condition).toString('hex')}1001`;
const image = 'docker.io/library/busybox:1';

export const engines: readonly Part[] = [
  {
    ...docker,
    name: 'docker',
    processes: ['dockerd', 'containerd containerd --config'],
    async show({ run }) {
      await run(load);
      expect(await run('docker run --rm busybox:1 echo by docker')).toBe('by docker');
    },
  },
  {
    ...docker,
    name: 'compose',
    init: ['docker', 'compose'],
    files: [...docker.files, fixture('usr/share/page/compose.yaml', 'parts/compose.yaml')],
    async show({ run }) {
      await run(load);
      const compose = 'docker compose -f /usr/share/page/compose.yaml';
      await run(`${compose} up -d`);
      expect((await run(`${compose} ps --services`)).split('\n').sort()).toEqual(['client', 'server']);
      expect(await run(until(`${compose} logs client | grep 'from compose'`))).toContain('from compose');
      await run(`${compose} down -t 1`);
      expect(await run(`${compose} ps -q`)).toBe('');
    },
  },
  {
    ...docker,
    name: 'runsc',
    init: ['docker', 'runsc'],
    files: [...images, `{path: etc/docker/daemon.json, contents: '${JSON.stringify(runtimes)}'}`],
    async show({ run }) {
      await run(load);
      expect(await run('docker run --rm --runtime runsc busybox:1 uname -r')).toBe('4.4.0');
      await run(unpackRoot('/var/tmp/bundle/rootfs'));
      const bundle = 'cd /var/tmp/bundle && runsc spec -- uname -r';
      expect(await run(`${bundle} && runsc --network none run one`)).toContain('4.4.0');
    },
  },
  {
    ...docker,
    name: 'registry',
    init: ['docker', 'registry'],
    ready: 'wget -qO- http://127.0.0.1:5000/v2/ && docker version',
    processes: ['docker-registry'],
    async show({ run }) {
      await run(load);
      const name = '127.0.0.1:5000/team/busybox:1';
      await run(
        `docker tag busybox:1 ${name} && docker push ${name} && docker rmi ${name} && docker pull ${name}`,
      );
      expect(await run(`docker run --rm ${name} echo from the registry`)).toBe('from the registry');
    },
  },
  {
    name: 'containerd',
    long: true,
    init: ['cni-plugins', 'toolbox'],
    services: ['{name: containerd, image: "component:containerd"}'],
    files: [...images, `{path: etc/cni/net.d/10-mine.conflist, contents: '${JSON.stringify(network)}'}`],
    processes: ['containerd /usr/bin/containerd'],
    ready: 'crun exec containerd ctr version',
    async show({ run }) {
      await run(unpackRoot('/var/lib/containerd/busybox'));
      const ctr = 'crun exec containerd ctr run --rm --rootfs /var/lib/containerd/busybox one';
      expect(await run(`${ctr} /bin/echo by containerd`)).toBe('by containerd');
      // One request of gRPC: not compressed, and empty.
      const status = [
        'curl -s --http2-prior-knowledge --unix-socket /run/containerd/containerd.sock --data-binary @/run/empty',
        '-H content-type:application/grpc -H te:trailers http://localhost/runtime.v1.RuntimeService/Status',
      ];
      const asked = `printf '\\0\\0\\0\\0\\0' >/run/empty && ${status.join(' ')} | hexdump -ve '1/1 "%02x"'`;
      const answer = await run(asked);
      expect(answer).toContain(holds('RuntimeReady'));
      expect(answer).toContain(holds('NetworkReady'));
    },
  },
  {
    name: 'podman',
    long: true,
    files: [...images, fixture('usr/share/page/pod.yaml', 'parts/pod.yaml')],
    async show({ run }) {
      await run('podman load -i /usr/share/images/busybox.tar');
      expect(await run(`podman run --rm ${image} echo by podman`)).toBe('by podman');
      await run(`podman run -d --name web -p 8090:80 -v /usr/share/page:/page:ro ${image} httpd -f -h /page`);
      expect(await run(until('wget -qO- http://127.0.0.1:8090/index.html'))).toBe('served by a container');
      await run('podman rm -f -t 0 web');
      await run('podman pod create --name twins');
      expect(await run(`podman run --rm --pod twins ${image} hostname`)).toBe('twins');
      await run('podman pod rm -f -t 0 twins');
      await run('podman kube play /usr/share/page/pod.yaml');
      expect(await run(until(`podman logs pair-client | grep 'from the pod'`))).toBe('from the pod');
      await run('podman kube down /usr/share/page/pod.yaml');
    },
  },
  {
    name: 'etcd',
    ready: 'etcdctl endpoint health',
    processes: ['etcd'],
    async show({ run }) {
      await run('etcdctl put boat catamaran');
      expect(await run('etcdctl get --print-value-only boat')).toBe('catamaran');
      expect(await run('stat -c %U /var/lib/etcd/default')).toBe('etcd');
    },
  },
  {
    name: 'lxc',
    files: images,
    async show({ run }) {
      await run(unpackRoot('/var/lib/lxc/one/rootfs'));
      const config = [
        'lxc.rootfs.path = dir:/var/lib/lxc/one/rootfs',
        'lxc.uts.name = one',
        'lxc.net.0.type = empty',
        'lxc.apparmor.profile = unconfined',
        'lxc.init.cmd = /bin/sleep 1000000',
      ];
      await run(`printf '${config.join('\\n')}\\n' >/var/lib/lxc/one/config`);
      await run('lxc-start -n one');
      await run('lxc-wait -n one -s RUNNING -t 60');
      expect(await run('lxc-attach -n one -- hostname')).toBe('one');
      await run('lxc-stop -k -n one');
    },
  },
  {
    name: 'incus',
    long: true,
    init: ['apparmor', 'incus'],
    files: images,
    ready: 'incus query /1.0',
    processes: ['incusd'],
    async show({ run }) {
      await run('incus admin init --minimal');
      expect(await run('incus network get incusbr0 ipv4.address')).toMatch(/\/24$/);
      expect(await run('incus network get incusbr0 ipv6.address')).toMatch(/\/64$/);
      await run(unpackRoot('/var/tmp/image/rootfs'));
      const metadata =
        'architecture: x86_64\\ncreation_date: 1700000000\\nproperties: {description: busybox}\\n';
      await run(
        `cd /var/tmp/image && printf '${metadata}' >metadata.yaml && tar -czf ../image.tgz metadata.yaml rootfs`,
      );
      await run('incus image import /var/tmp/image.tgz --alias busybox');
      await run("incus launch busybox one -c raw.lxc='lxc.init.cmd=/bin/sleep 1000000'");
      expect(await run('incus exec one -- hostname')).toBe('one');
      await run('incus delete -f one');
    },
  },
  {
    name: 'nspawn',
    files: images,
    async show({ run }) {
      await run(unpackRoot('/var/tmp/machine'));
      const spawn = 'systemd-nspawn --quiet --register=no --keep-unit --pipe -D /var/tmp/machine';
      expect(await run(`${spawn} /bin/hostname`)).toBe('machine');
    },
  },
  {
    name: 'cni-plugins',
    async show({ run }) {
      const settings = {
        cniVersion: '1.0.0',
        name: 'mine',
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipam: { type: 'host-local', subnet: '10.77.0.0/24', dataDir: '/var/lib/cni' },
      };
      await run('mkdir -p /run/netns && touch /run/netns/one && unshare --net=/run/netns/one true');
      const environment =
        'CNI_COMMAND=ADD CNI_CONTAINERID=one CNI_NETNS=/run/netns/one CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni';
      const answer = JSON.parse(
        await run(`echo '${JSON.stringify(settings)}' | env ${environment} /usr/lib/cni/bridge`),
      );
      expect(answer.ips[0].address).toBe('10.77.0.2/24');
      await run('ping -c 1 -W 10 10.77.0.2');
    },
  },
];
