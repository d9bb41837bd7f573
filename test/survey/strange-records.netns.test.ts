import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeNative, json, lxcCni, simplenet, writeNetwork } from "./containers.ts";

const results = "/var/lib/cni/results";
const incarnations = "/var/lib/lxc-cni/incarnations";

describeNative("what commands do about files that are no records", (variant) => {
  test("they pass over them, and say so", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    await host.write(`${results}/simplenet-deep-eth0`, deep);
    await host.write(`${incarnations}/deep-aaaaaaaa.json`, deep);
    await host.run(["mkfifo", `${results}/simplenet-fifo-eth0`, `${incarnations}/fifo-aaaaaaaa.json`]);
    for (const command of ["ls", "gc", "check", "repair", "status"]) {
      const { status, errors } = await lxcCni(host, variant, command);
      expect({ status, command }).toEqual({ status: 0, command });
      for (const name of ["simplenet-deep-eth0", "fifo-aaaaaaaa.json", "simplenet-fifo-eth0"]) {
        expect(errors).toContain(`passed over ${name.endsWith("json") ? incarnations : results}/${name}`);
      }
    }
    expect(await lxcCni(host, variant, "network", "ls")).toMatchObject({ status: 0, errors: "" });
  });

  test("they say nothing of files that have gone since they were listed", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const names = [`${results}/simplenet-web-eth0`, `${incarnations}/web-aaaaaaaa.json`];
    await host.run(["mkdir", "-p", results, incarnations]);
    // To whoever reads it, that is what a link to nowhere is.
    for (const name of names) await host.run(["ln", "-s", "nowhere", name]);
    for (const command of ["ls", "gc", "status"]) {
      expect(await lxcCni(host, variant, command)).toMatchObject({ status: 0, errors: "" });
    }
  });

  test("they list an attachment whose namespace they cannot look at", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await host.run(["sh", "-c", `mkdir -p ${results} && ln -s loop /run/netns/loop`]);
    const entry = (id: string, netns: string, result: unknown) =>
      host.write(
        `${results}/simplenet-${id}-eth0`,
        JSON.stringify({
          ...{ kind: "cniCacheV1", containerId: id, ifName: "eth0", networkName: "simplenet", netns, result },
          config: Buffer.from(JSON.stringify(simplenet)).toString("base64"),
        }),
      );
    await entry("a", "/run/netns/loop", { cniVersion: "1.1.0" });
    await entry("b", `/${"x".repeat(300)}`, { cniVersion: "1.1.0" });
    await entry("c", "/run/netns/none", JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`));
    expect((await json(host, variant, "ls")).map((each: { id: string }) => each.id)).toEqual(["a", "b", "c"]);
    expect(await lxcCni(host, variant, "gc")).toMatchObject({ status: 0, errors: "" });
    expect((await json(host, variant, "ls")).map((each: { id: string }) => each.id)).toEqual(["a", "b", "c"]);
  });
});
