import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect } from "vitest";
import { runCommand } from "../fixture/command.ts";
import { inherited } from "../fixture/debian-package.ts";
import { goPlugins } from "../fixture/go-plugins.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { blue, byNetns, netConfPath } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

/** A runtime on libcni that is called as cnitool. */
const script = fileURLToPath(new URL("../../scripts/libcni-runtime", import.meta.url));
const libcni = await runCommand([script, "--only-if-built"], { env: inherited() });
const go = await goPlugins("1.9.1");
const reason = libcni.status === 0 ? go.missing : `needs a runtime on libcni: ${libcni.errors.trim()}`;

const ipam = { type: "host-local", subnet: "10.9.0.0/24", routes: [{ dst: "0.0.0.0/0" }] };
const bridge = {
  type: "bridge",
  bridge: "br0",
  isGateway: true,
  ipMasq: true,
  ipam,
  capabilities: { mac: true },
};
const source = `{ "name":"net", "cniVersion":"1.1.0", "plugins": [${JSON.stringify(bridge)}, {"type": "tuning"}] }\n`;

const env = {
  CNI_IFNAME: "eth0",
  CNI_ARGS: "IgnoreUnknown=1;FOO=b<r",
  CAP_ARGS: '{"portMappings":[{"hostPort":8080,"containerPort":80}],"mac":"02:00:00:00:00:09"}',
};

describeEngines("lxc-cni and a runtime on libcni", (variant) => {
  if (reason !== undefined) beforeEach(({ skip }) => skip(reason));

  describe.for(["Go's bridge", "our bridge"] as const)("with %s", (whose) => {
    const plugins = whose === "Go's bridge" ? go.directory : `${variant.directory}:${go.directory}`;
    const ours = (host: Host, verb: string) => byNetns({ host, variant, plugins, verb, env });
    const theirs = (host: Host, verb: string) =>
      host.attempt([libcni.output.trim(), verb, "net", blue.netns], {
        env: { ...variant.environment, NETCONFPATH: netConfPath, CNI_PATH: plugins, ...env },
      });

    test.for([
      ["libcni", theirs, ours],
      ["lxc-cni", ours, theirs],
    ] as const)(
      "CHECK and DEL what %s attached, and leave nothing",
      async ([, attacher, other], { host }) => {
        const before = await snapshot(host);
        await host.container("blue");
        await host.write(`${netConfPath}/net.conflist`, source);
        expect(await attacher(host, "add")).toMatchObject({ status: 0 });
        for (const verb of ["status", "check", "del"]) {
          expect(await other(host, verb)).toMatchObject({ status: 0, errors: "" });
        }
        await host.run(["ip", "netns", "delete", "blue"]);
        await host.run(["rm", "-r", netConfPath]);
        expect(difference(before, await snapshot(host))).toEqual([]);
      },
    );

    test("keep the same of an attachment, byte for byte", async ({ host }) => {
      await host.container("blue");
      await host.write(`${netConfPath}/net.conflist`, source);
      const kept = [];
      for (const runtime of [ours, theirs]) {
        expect(await runtime(host, "add")).toMatchObject({ status: 0 });
        const { output } = await host.attempt(["sh", "-c", "cat /var/lib/cni/results/*"]);
        // Names and MACs of ports are random, addresses differ.
        kept.push(
          output
            .replace(/veth\w+/, "veth")
            .replace(/"mac":"(?!02:00:00)[^"]*"/g, "")
            .replace(/10\.9\.0\.\d+\/24/, "ADDRESS"),
        );
        expect(await runtime(host, "del")).toMatchObject({ status: 0 });
      }
      expect(kept[0]).toContain(`"kind":"cniCacheV1","containerId":"${blue.container}"`);
      expect(kept[0]).toBe(kept[1]);
    });
  });
});
