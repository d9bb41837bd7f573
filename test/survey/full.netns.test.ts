import { expect } from "vitest";
import { makeContainerOfProcess } from "../fixture/container.ts";
import { test } from "../fixture/test.ts";
import { describeNative, lxcCni, simplenet, writeNetwork } from "./containers.ts";

describeNative("a start on a host whose file system is full", (variant) => {
  test.for(["/var/lib/lxc-cni/incarnations", "/var/lib/cni/results"])(
    "fails, says that it was %s, and leaves nothing",
    async (directory, { host }) => {
      await writeNetwork(host, simplenet);
      const { netns } = await makeContainerOfProcess(host, "web");
      const start = () =>
        host.attempt([`${variant.directory}/lxc-cni`, "hook", "simplenet"], {
          env: {
            ...variant.environment,
            LXC_NAME: "web",
            LXC_CONFIG_FILE: "/var/lib/lxc/web/config",
            LXC_HOOK_VERSION: "1",
            LXC_HOOK_TYPE: "start-host",
            LXC_PID: netns.split("/")[2] ?? "",
          },
        });
      await host.run(["mkdir", "-p", directory]);
      await host.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", directory]);
      await host.run(["sh", "-c", `echo > ${directory}/.lxc-cni-fill`]);
      expect(await start()).toMatchObject({
        status: 1,
        errors: expect.stringMatching(new RegExp(`cannot write ${directory}/\\S*web-qkwznmfy\\S*: ENOSPC`)),
      });
      await host.run(["umount", directory]);
      expect(await lxcCni(host, variant, "ls", "--json")).toMatchObject({ output: "[]\n" });
      const leases = "ls /var/lib/cni/networks/simplenet | grep '^10' || true";
      expect(await host.run(["sh", "-c", leases])).toBe("");
      expect(await start()).toMatchObject({ status: 0 });
    },
  );
});
