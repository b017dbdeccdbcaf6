// Somebody outside the machine, who is another network namespace of it: for firewalls.

const namespace = '/run/netns/outside';

/** In shell, one command after the other: the machine is 10.78.0.1 for it. BusyBox’s `ip` gives a peer no name: it is veth0. */
export const openOutside = [
  'ip link add out type veth && ip addr add 10.78.0.1/24 dev out && ip link set out up',
  `mkdir -p /run/netns && touch ${namespace} && unshare --net=${namespace} true`,
  `nsenter --net=${namespace} sleep 1000000 >/dev/null 2>&1 & sleep 1; ip link set veth0 netns $!`,
  `nsenter --net=${namespace} sh -c "ip addr add 10.78.0.2/24 dev veth0; ip link set veth0 up"`,
];

export const fromOutside = (command: string) => `nsenter --net=${namespace} sh -c '${command}'`;
