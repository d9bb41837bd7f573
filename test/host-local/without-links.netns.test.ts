import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

// No file system that can be mounted here lacks hard links: the refusal is made up, all else is real.
let directory = "";
let refuse = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lxc-cni-links-"));
  refuse = compileProgram(join(import.meta.dirname, "../fixture/refuse-call.c"), directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeEngines("leases on a file system without hard links", ({ directory: plugins }) => {
  const input = JSON.stringify({
    cniVersion: "1.1.0",
    name: "net",
    ipam: { type: "host-local", dataDir: "/mnt/leases", subnet: "10.1.2.0/30" },
  });
  const env = { CNI_PATH: plugins, CNI_NETNS: "/run/netns/none", CNI_IFNAME: "eth0" };

  test.for(["EPERM", "EOPNOTSUPP", "ENOSYS"])(
    "(%s) are given once, and given back",
    async (error, { host }) => {
      const call = (verb: string, id: string) =>
        host.attempt([refuse, "link", error, `${plugins}/host-local`], {
          env: { ...env, CNI_COMMAND: verb, CNI_CONTAINERID: id },
          input,
        });
      const files = () =>
        host.run(["sh", "-c", "cd /mnt/leases/net && head -v -c 99 10.* 2> /dev/null; ls -A"]);
      const [one, other] = await Promise.all([call("ADD", "c1"), call("ADD", "c2")]);
      expect([one.status, other.status].sort()).toEqual([0, 1]);
      const holder = one.status === 0 ? "c1" : "c2";
      const rest = "last_reserved_ip.0\nlock";
      expect(await files()).toBe(`==> 10.1.2.2 <==\n${holder}\r\neth0` + `10.1.2.2\n${rest}`);
      expect(await call("DEL", holder)).toMatchObject({ status: 0 });
      expect(await files()).toBe(rest);
    },
  );
});
