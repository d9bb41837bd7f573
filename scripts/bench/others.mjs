import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

/** Where rules can be: the nat tables of iptables and ip6tables, or the table of the Go plugins' nftables backend. */
export const stores = /** @type {const} */ (["iptables", "ip6tables", "nftables"]);

/**
 * Adds the rules of containers that are not there, exactly as the Go plugins make them: in iptables a jump, and a chain
 * of two rules; in nftables a rule with a comment.
 *
 * @param {typeof stores[number]} store
 * @param {string} network
 * @param {number} count How many containers.
 */
export function addRulesOfOthers(store, network, count) {
  if (count === 0) return;
  const others = Array.from({ length: count }, (_, index) => other(network, index));
  if (store === "nftables") run("nft", ["-f", "-"], nftablesOf(others));
  else run(`${store}-restore`, ["--noflush", "--wait"], iptablesOf(others, families[store]));
}

const families = {
  iptables: { source: "v4", subnet: "10.10.0.0/16", length: 32, multicast: "224.0.0.0/4" },
  ip6tables: { source: "v6", subnet: "fd00:10:10::/64", length: 128, multicast: "ff00::/8" },
};

/** A container in the upper half of the network's addresses, which host-local comes to last. */
function other(network, index) {
  const id = `other${index}`;
  return {
    id,
    network,
    v4: `10.10.${128 + (index >> 8)}.${index & 255}`,
    v6: `fd00:10:10::ff:${(index + 1).toString(16)}`,
  };
}

function iptablesOf(others, { source, subnet, length, multicast }) {
  const lines = others.flatMap((container) => {
    const { id, network } = container;
    const chain = `CNI-${hash(network + id).slice(0, 24)}`;
    const comment = `-m comment --comment "name: \\"${network}\\" id: \\"${id}\\""`;
    return [
      `-N ${chain}`,
      `-A ${chain} -d ${subnet} ${comment} -j ACCEPT`,
      `-A ${chain} ! -d ${multicast} ${comment} -j MASQUERADE`,
      `-A POSTROUTING -s ${container[source]}/${length} ${comment} -j ${chain}`,
    ];
  });
  return `*nat\n${lines.join("\n")}\nCOMMIT\n`;
}

function nftablesOf(others) {
  const rules = others.map(({ id, network, v4 }) => {
    const identity = `${hash(network).slice(0, 16)}-${hash(`eth0:${id}`).slice(0, 16)}`;
    const comment = `${identity}, net: ${network}, if: eth0, id: ${id}`;
    return `ip saddr ${v4} ip daddr != 10.10.0.0/16 masquerade comment "${comment}"`;
  });
  return `table inet cni_plugins_masquerade {
  comment "Masquerading for plugins from github.com/containernetworking/plugins"
  chain masq_checks {
    comment "Masquerade traffic from certain IPs to any (non-multicast) IP outside their subnet"
    ${rules.join("\n    ")}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip daddr == 224.0.0.0/4 return
    ip6 daddr == ff00::/8 return
    goto masq_checks
  }
}
`;
}

function hash(text) {
  return createHash("sha512").update(text).digest("hex");
}

function run(program, words, input) {
  execFileSync(program, words, { input, stdio: ["pipe", "ignore", "inherit"] });
}
