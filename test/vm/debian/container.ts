import { expect } from "vitest";
import type { Debian } from "./test.ts";

/** Networks with all that a hook does: rules of both kinds, DNS, both families. */
export async function makeNetworks(debian: Debian): Promise<void> {
  const full = {
    ...{ type: "bridge", bridge: "cni-full", isDefaultGateway: true, hairpinMode: true, forward: "accept" },
    ...{ ipMasq: true, ipMasqBackend: "nftables", macspoofchk: true, ipSpoofCheck: true },
    dns: { nameservers: ["10.30.0.1"] },
    ipam: { type: "host-local", ranges: [[{ subnet: "10.30.0.0/24" }], [{ subnet: "fd30::/64" }]] },
  };
  const directory = "/etc/lxc-cni/net.d";
  await debian.write(
    `${directory}/full.conflist`,
    JSON.stringify({ cniVersion: "1.0.0", name: "full", plugins: [full] }),
  );
  await debian.sh(
    `[ -e ${directory}/lan.conflist ] || lxc-cni network create lan --subnet 10.20.0.0/24 --no-default-route`,
  );
}

/** Makes a container from the template busybox. @param config Lines of its configuration, beside those of the template */
export async function makeContainer(debian: Debian, name: string, config: string): Promise<void> {
  await debian.write("/root/container.conf", config);
  await debian.sh(`lxc-create --name ${name} --template busybox --config /root/container.conf`);
}

/** Waits until LXC has nothing more to do for a container that was stopped, such as its last hook. */
export async function untilGone(debian: Debian, name: string): Promise<void> {
  const monitor = `ps ax -o args= | grep -F '[lxc monitor] ' | grep -c -w '${name}$' || :`;
  await expect.poll(() => debian.sh(monitor), { timeout: 30_000, interval: 500 }).toBe("0");
}

/** What AppArmor confines the first process of a container by, and the monitor that LXC has for it. */
export async function labels(debian: Debian, name: string): Promise<{ first: string; monitor: string }> {
  const script = `
pid=$(lxc-info --name ${name} --pid --no-humanize)
cat /proc/$pid/attr/current /proc/$(sed -n 's/^PPid:\\t//p' /proc/$pid/status)/attr/current`;
  const [first = "", monitor = ""] = (await debian.sh(script)).split("\n");
  return { first, monitor };
}
