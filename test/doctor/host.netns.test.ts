import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { attemptLxcCni } from "../networks/on-host.ts";
import { describeEngines } from "../runtime/engines.ts";
import { type Fault, findsAndMends, networkFile, prepare } from "./faults.ts";

const faults: Readonly<Record<string, Fault>> = {
  "a network that others may write": {
    make: `chmod 666 ${networkFile}`,
    verdict: "wrong",
    what: /can be written by others/,
    where: /simplenet\.conflist/,
    remedy: /^chmod go-w \S+simplenet\.conflist$/,
  },
  "a directory of networks that others may write": {
    make: "chmod 777 /etc/lxc-cni/net.d",
    verdict: "wrong",
    what: /net\.d can be written by others/,
    remedy: /^chmod go-w \/etc\/lxc-cni\/net\.d$/,
  },
  "a network that is no JSON": {
    make: "echo '{' > /etc/lxc-cni/net.d/x.conf",
    verdict: "wrong",
    what: /cannot be used: error unmarshall/,
    where: /x\.conf/,
    remedy: /correct or remove/,
    isToBeRead: true,
  },
  "a network that is a link to itself": {
    make: "ln -s x.conf /etc/lxc-cni/net.d/x.conf",
    verdict: "wrong",
    what: /cannot be used: cannot look at/,
    where: /x\.conf/,
    remedy: /correct or remove/,
    isToBeRead: true,
  },
  "a plugin that is missing": {
    make: `echo '{"cniVersion":"1.0.0","name":"x","plugins":[{"type":"bridge"},{"type":"no-such-plugin"}]}' > /etc/lxc-cni/net.d/x.conflist`,
    verdict: "wrong",
    what: /plugin no-such-plugin is missing/,
    remedy: /install no-such-plugin into/,
    isToBeRead: true,
  },
  "two networks with one subnet": {
    make: `echo '{"cniVersion":"1.0.0","name":"twin","plugins":[{"type":"bridge","bridge":"twin0","ipam":{"type":"host-local","subnet":"10.10.7.0/24"}}]}' > /etc/lxc-cni/net.d/twin.conflist`,
    verdict: "wrong",
    what: /network twin has the subnet 10\.10\.7\.0\/24, and so has network simplenet/,
    remedy: /network rm twin && lxc-cni network create twin/,
  },
  "a wider route than the subnet of a network": {
    make: "ip link add tun type bridge && ip link set tun up && ip route add 10.0.0.0/8 dev tun",
    verdict: "doubtful",
    what: /simplenet has the subnet 10\.10\.0\.0\/16, and so has route 10\.0\.0\.0\/8 dev tun/,
    remedy: /network rm simplenet && lxc-cni network create simplenet/,
  },
  "a route with the subnet of a network": {
    make: "ip link add tun type bridge && ip link set tun up && ip route add 10.10.7.0/24 dev tun table 7",
    verdict: "wrong",
    what: /simplenet has the subnet 10\.10\.0\.0\/16, and so has route 10\.10\.7\.0\/24 dev tun table 7/,
    remedy: /network rm simplenet && lxc-cni network create simplenet/,
  },
  "forwarding that was turned off": {
    make: "ip link add cni-simplenet type bridge && ip link set cni-simplenet up && sysctl -qw net.ipv4.ip_forward=0",
    verdict: "wrong",
    what: /does not forward IPv4: containers on simplenet/,
    remedy: /^sysctl -w net\.ipv4\.ip_forward=1$/,
  },
  "a FORWARD policy that drops, of Docker's": {
    make: "iptables -P FORWARD DROP && iptables -N DOCKER-USER && iptables -A FORWARD -j DOCKER-USER",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /chain FORWARD of table filter of iptables-nft \(by its policy, made by Docker\)/,
    remedy: /iptables -w -I FORWARD -i cni-simplenet -j ACCEPT/,
  },
  "a last rule that rejects": {
    make: "iptables -A FORWARD -i lo -j ACCEPT && iptables -A FORWARD -j REJECT",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /by its last rule/,
    remedy: /iptables -w -I FORWARD -i cni-simplenet -j ACCEPT/,
  },
  "a chain of nftables whose policy drops": {
    make: "nft 'add table inet mine; add chain inet mine fw { type filter hook forward priority 0; policy drop; }'",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /chain fw of table inet mine of nftables/,
    remedy: /nft insert rule inet mine fw iifname cni-simplenet accept/,
  },
  "a chain of nftables that rejects, of ufw's": {
    make: "nft 'add table ip x; add chain ip x ufw-f; add chain ip x fw { type filter hook forward priority 0; }; add rule ip x fw counter reject'",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /by its last rule, made by ufw/,
    remedy: /nft insert rule ip x fw iifname cni-simplenet accept/,
  },
  "the plugin bridge on PATH": {
    make: "ln -s DIR/bridge /run/bridge",
    verdict: "wrong",
    what: /bridge on PATH is the plugin/,
    remedy: /^rm \/run\/bridge$/,
    env: { PATH: "/run:/usr/sbin:/usr/bin" },
  },
  "leases of an earlier boot": {
    make: "mkdir -p /var/lib/cni/networks/simplenet && printf 'old\\r\\neth0' > /var/lib/cni/networks/simplenet/10.10.0.9 && touch -d 2001-01-01 /var/lib/cni/networks/simplenet/10.10.0.9",
    verdict: "doubtful",
    what: /leased since before the last boot: old \(eth0\)/,
    remedy: /^lxc-cni gc$/,
    isToBeRead: true,
  },
  "systemd-networkd": {
    make: "mkdir -p /run/systemd/netif /etc/systemd/network && printf '[Match]\\nName=en* v*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/20-all.network",
    verdict: "wrong",
    what: /systemd-networkd configures the ports of containers/,
    where: /20-all\.network/,
    remedy: /^printf .*05-lxc-cni\.network/,
  },
  "systemd-networkd, for bridges": {
    make: "mkdir -p /run/systemd/netif /etc/systemd/network && printf '[Match]\\nName=c*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/20-all.network",
    verdict: "wrong",
    what: /systemd-networkd configures cni-simplenet, the gateway of network simplenet/,
    where: /20-all\.network/,
    remedy: /^printf .*05-lxc-cni\.network/,
  },
  dhcpcd: {
    make: "echo > /run/dhcpcd.pid && echo hostname > /etc/dhcpcd.conf",
    verdict: "doubtful",
    what: /dhcpcd asks for addresses on the ports/,
    remedy: /^echo 'denyinterfaces veth\?+ cni\*' >> \/etc\/dhcpcd\.conf/,
  },
  NetworkManager: {
    make: "mkdir -p /run/NetworkManager /etc/NetworkManager/conf.d /etc/udev/rules.d && touch /etc/udev/rules.d/85-nm-unmanaged.rules",
    verdict: "doubtful",
    what: /NetworkManager manages (the ports|cni-simplenet)/,
    remedy: /^printf .*unmanaged-devices/,
  },
  "NetworkManager, by what it says of a link": {
    make: `ip link add cni-simplenet type bridge && mkdir -p /run/NetworkManager/devices &&
      printf '[device]\\nmanaged=true\\nnm-owned=false\\n' > /run/NetworkManager/devices/$(cat /sys/class/net/cni-simplenet/ifindex)`,
    verdict: "doubtful",
    what: /NetworkManager manages cni-simplenet/,
    remedy: /^printf .*unmanaged-devices/,
    isToBeRead: true,
  },
};

describeEngines("doctor, of a host", (variant) => findsAndMends(variant, faults));

describeEngines("doctor, of names that are more than names", (variant) => {
  test("gives nft none of them", async ({ host }) => {
    await prepare(host, variant);
    const table = { family: "inet", name: "mine; add table inet more" };
    const hook = { type: "filter", hook: "forward", prio: 0, policy: "drop" };
    const chain = { family: "inet", table: table.name, name: "fw", ...hook };
    await host.run(["nft", "add table inet mine"]);
    await host.write("/mnt/rules", JSON.stringify({ nftables: [{ add: { table } }, { add: { chain } }] }));
    await host.run(["nft", "--json", "--file", "/mnt/rules"]);
    const before = await host.run(["nft", "list", "ruleset"]);
    await attemptLxcCni(host, variant, "doctor");
    expect(await host.run(["nft", "list", "ruleset"])).toBe(before);
  });
});
