import { fileURLToPath } from "node:url";

const criu = fileURLToPath(new URL("../criu", import.meta.url));

const otherHost = fileURLToPath(new URL("../migration/other-host", import.meta.url));

/** Another host, to which `ssh` leads, and /run/back from there. */
const bootOther = [
  "mount -t tmpfs tmpfs /usr/local/bin",
  `${otherHost} /usr/local/bin/ssh < /dev/null > /dev/null 2>&1 & until [ -e /usr/local/bin/ssh ]; do :; done`,
  `printf '#!/bin/sh\\nshift\\nexec nsenter --target=1 --mount --net --wd=/ -- sh -c "$*"\\n' > /run/back && chmod +x /run/back`,
];

/** Gives it the network. */
const giveLan = `ssh other "mkdir -p /etc/lxc-cni/net.d && cat > /etc/lxc-cni/net.d/lan.conflist" < /etc/lxc-cni/net.d/lan.conflist`;

/**
 * Something that is done for the screens.
 *
 * @typedef {object} Scene
 * @property {string} line What a shell runs.
 * @property {boolean} [hidden] Whether it is only there for those that follow; it must succeed then.
 * @property {string} [why] What a reader has to know of it.
 */

/** A container of busybox whose init leaves the network alone. */
const container = (name) => [
  { hidden: true, line: `lxc-create --name ${name} --template busybox --config /dev/null` },
  { hidden: true, line: `sed -i /udhcpc/d /var/lib/lxc/${name}/rootfs/etc/init.d/rcS` },
  // A busybox that is linked statically needs no libraries of the host.
  { hidden: true, line: `sed -i "/ none ro,bind/d" /var/lib/lxc/${name}/config` },
];

/** The host's end of a container's interface. */
const someHostEnd = `"$(ip -o link show type veth | head -n 1 | sed 's/^[0-9]*: \\([^@]*\\)@.*/\\1/')"`;

/**
 * The story that the screens tell.
 *
 * @type {Scene[]}
 */
export const story = [
  { line: "lxc-cni version" },
  { line: "lxc-cni network create lan --ipv6" },
  { line: "lxc-cni network create back --no-masq --no-default-route" },
  { line: "lxc-cni network ls" },
  ...container("web"),
  ...container("db"),
  { line: "lxc-cni enable web lan" },
  { hidden: true, line: "lxc-cni enable db lan back" },
  { line: "lxc-cni ls --all", why: "Before they have been started:" },
  { hidden: true, line: "lxc-start --name web && lxc-start --name db" },
  { line: "lxc-cni ls" },
  { line: "lxc-cni ls --json", why: "For programs:" },
  { line: "lxc-cni network show lan" },
  { line: "lxc-cni status db" },
  { line: "lxc-cni status", why: "Of all networks:" },
  { line: "lxc-cni attach web back" },
  { line: "lxc-cni graph --text" },
  { line: "lxc-cni check", why: "All is well:" },
  { hidden: true, line: `ip link set ${someHostEnd} nomaster` },
  { hidden: true, line: "iptables -t nat -F" },
  { line: "lxc-cni check", why: "After somebody has unplugged a port and flushed the rules:" },
  { line: "lxc-cni repair" },
  { line: "lxc-cni check", why: "And again:" },
  { line: "lxc-cni detach web back" },
  { line: "lxc-cni explain lan" },
  { line: "lxc-cni doctor" },
  { hidden: true, line: "ip netns add c1" },
  { line: "lxc-cni add lan /run/netns/c1" },
  { line: "lxc-cni check lan /run/netns/c1", why: "By a network and a namespace, as cnitool does it:" },
  { line: "lxc-cni del lan /run/netns/c1" },
  ...container("bad"),
  { hidden: true, line: "lxc-cni enable bad lan,ip=10.99.99.99" },
  { hidden: true, line: "! lxc-start --name bad" },
  { line: "lxc-cni status bad", why: "Of a container that did not start:" },
  { hidden: true, line: `mount --bind "$(dirname "$(${criu})")" /usr/local/sbin` },
  { line: "lxc-cni checkpoint web /run/web.checkpoint", why: "Of a container that is not fit for it:" },
  { hidden: true, line: "! lxc-cni checkpoint web /run/web.checkpoint --fix" },
  { hidden: true, line: "lxc-stop --name web --kill && lxc-start --name web" },
  { line: "lxc-cni checkpoint web /run/web.checkpoint", why: "And when its configuration has that:" },
  { line: "lxc-cni ls", why: "While a container is checkpointed:" },
  { line: "lxc-cni restore web /run/web.checkpoint" },
  ...bootOther.map((line) => ({ hidden: true, line })),
  { line: "lxc-cni migrate web other", why: "To a host that does not know its network:" },
  { hidden: true, line: giveLan },
  { line: "lxc-cni migrate web other", why: "And when it does:" },
  { line: "lxc-cni receive prepare", why: "It is lxc-cni migrate that calls it, with a request:" },
  { hidden: true, line: "ssh other lxc-cni migrate web here --rsh /run/back" },
  { hidden: true, line: "lxc-cni checkpoint web /run/another.checkpoint" },
  { line: "lxc-cni release web" },
  { hidden: true, line: "lxc-start --name web" },
  { line: "lxc-cni hook lan", why: "It is LXC that calls it:" },
  { line: "lxc-cni serve", why: "It is systemd that starts it:" },
  { line: "lxc-cni gc --dry-run" },
  { line: "lxc-cni network rm lan", why: "Not while somebody is on it:" },
  { hidden: true, line: "lxc-stop --name web --kill && lxc-stop --name db --kill" },
  { line: "lxc-cni disable web" },
  { line: "lxc-cni network rm back" },
  { line: "lxc-cni plugins link /var/lib/runtime/plugins", why: "Where another runtime looks:" },
  { line: "lxc-cni plugins unlink /var/lib/runtime/plugins" },
  { line: "lxc-cni completion bash | head -n 12" },
];
