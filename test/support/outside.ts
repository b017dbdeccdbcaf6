// Somebody outside the machine, who is another network namespace of it: for firewalls.

const namespace = '/run/netns/outside';

/** In shell: the machine is 10.78.0.1 for it. */
export const openOutside = [
  'ip link add out type veth peer name in',
  'ip addr add 10.78.0.1/24 dev out && ip link set out up',
  `mkdir -p /run/netns && touch ${namespace} && unshare --net=${namespace} true`,
  `{ nsenter --net=${namespace} sleep 1000000 >/dev/null 2>&1 & }`,
  'until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 1; done',
  'ip link set in netns $!',
  `nsenter --net=${namespace} sh -c "ip addr add 10.78.0.2/24 dev in; ip link set in up"`,
].join(' && ');

export const fromOutside = (command: string) => `nsenter --net=${namespace} sh -c '${command}'`;
