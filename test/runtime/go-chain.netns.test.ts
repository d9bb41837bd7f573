import { beforeEach, describe, expect } from "vitest";
import { goPlugins } from "../fixture/go-plugins.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { blue, byNetns, netConfPath } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

const go = await goPlugins("1.9.1");

const ipam = { type: "host-local", subnet: "10.9.0.0/24", routes: [{ dst: "0.0.0.0/0" }] };
const bridge = { type: "bridge", bridge: "br0", isGateway: true, ipMasq: true, ipam };

const mapping = [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }];

/** Go plugins behind a bridge, what a caller tells them, and what shows in the host that they have done something. */
const followers = [
  {
    plugin: { type: "portmap", capabilities: { portMappings: true } },
    given: { portMappings: mapping },
    look: ["iptables-save", "-t", "nat"],
    shows: "--to-destination 10.9.0.2:80",
    // Its own chains stay, for good.
    leaves: /CNI-HOSTPORT-|CNI portfwd/,
  },
  {
    plugin: { type: "firewall" },
    given: {},
    look: ["iptables-save", "-t", "filter"],
    shows: "-A CNI-FORWARD -d 10.9.0.2/32",
    leaves: /CNI-FORWARD|CNI-ADMIN/,
  },
  {
    plugin: {
      type: "tuning",
      capabilities: { mac: true },
      sysctl: { "net.ipv4.conf.IFNAME.arp_filter": "1" },
    },
    given: { mac: "02:00:00:00:00:09" },
    look: ["nsenter", `--net=${blue.netns}`, "ip", "link", "show", "eth0"],
    shows: "02:00:00:00:00:09",
    leaves: /^$/,
  },
  {
    plugin: { type: "bandwidth", capabilities: { bandwidth: true } },
    given: { bandwidth: { ingressRate: 1e6, ingressBurst: 1e6, egressRate: 1e6, egressBurst: 1e6 } },
    look: ["tc", "qdisc", "show"],
    shows: "tbf",
    leaves: /^$/,
  },
];

describeEngines("lxc-cni runs a chain", (variant) => {
  const reason = go.missing;
  if (reason !== undefined) beforeEach(({ skip }) => skip(reason));

  describe.for(["of Go's bridge", "of our bridge"] as const)("%s", (whose) => {
    const directories = whose === "of Go's bridge" ? [go.directory] : [variant.directory, go.directory];

    test.for(followers)(
      "and the Go $plugin.type: ADD, CHECK and DEL leave nothing of it",
      async ({ plugin, given, look, shows, leaves }, { host }) => {
        const before = await snapshot(host);
        await host.container("blue");
        const source = { cniVersion: "1.0.0", name: "net", plugins: [bridge, plugin] };
        await host.write(`${netConfPath}/net.conflist`, JSON.stringify(source));
        const env = { CAP_ARGS: JSON.stringify(given) };
        const line = { host, variant, plugins: directories.join(":"), env };
        const added = await byNetns({ ...line, verb: "add" });
        expect(added).toMatchObject({ status: 0 });
        expect(JSON.parse(added.output)).toMatchObject({ ips: [{ address: "10.9.0.2/24" }] });
        expect(await host.run(look)).toContain(shows);
        expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0, errors: "" });
        expect(await byNetns({ ...line, verb: "del" })).toMatchObject({ status: 0, errors: "" });
        await host.run(["ip", "netns", "delete", "blue"]);
        await host.run(["rm", "-r", netConfPath]);
        const left = difference(before, await snapshot(host));
        expect(left.filter((fact) => !leaves.test(fact))).toEqual([]);
      },
    );
  });
});
