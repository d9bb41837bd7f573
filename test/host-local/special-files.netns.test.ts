import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

const directory = "/var/lib/cni/networks/net";

describeEngines("a lease directory with files that nobody can read", ({ directory: plugins }) => {
  test("a FIFO, a socket and a device keep no call waiting, nor from its work", async ({ host }) => {
    const call = (verb: string, config: object = {}) =>
      host.attempt([`${plugins}/host-local`], {
        env: {
          CNI_COMMAND: verb,
          CNI_CONTAINERID: "web",
          CNI_IFNAME: "eth0",
          CNI_NETNS: "/proc/self/ns/net",
          CNI_PATH: plugins,
        },
        input: JSON.stringify({
          cniVersion: "1.1.0",
          name: "net",
          ipam: { type: "host-local", subnet: "10.1.2.0/24" },
          ...config,
        }),
      });
    await host.run(["mkdir", "-p", directory]);
    await host.run(["mkfifo", "/run/resolv.conf"]);
    const ipam = { type: "host-local", subnet: "10.1.2.0/24", resolvConf: "/run/resolv.conf" };
    const refused = await call("ADD", { ipam });
    expect(JSON.parse(refused.output)).toMatchObject({
      code: 5,
      msg: expect.stringMatching("/run/resolv.conf: "),
    });
    await host.run([
      "mkfifo",
      `${directory}/10.1.2.2`,
      `${directory}/note`,
      `${directory}/last_reserved_ip.0`,
    ]);
    await host.run(["mknod", `${directory}/10.1.2.3`, "c", "1", "5"]);
    await host.run([
      "python3",
      "-c",
      `import socket; socket.socket(socket.AF_UNIX).bind("${directory}/10.1.2.4")`,
    ]);

    const added = await call("ADD");
    expect(JSON.parse(added.output)).toMatchObject({ ips: [{ address: "10.1.2.5/24" }] });
    expect(added.errors).toContain(`ignored ${directory}/10.1.2.2: EINVAL`);
    for (const verb of ["CHECK", "STATUS", "DEL", "DEL"])
      expect(await call(verb)).toMatchObject({ status: 0 });
    const collected = await call("GC", { "cni.dev/valid-attachments": [] });
    expect(collected).toMatchObject({ status: 0 });
    expect(collected.errors).toContain(
      `GC left what is no lease in ${directory}: 10.1.2.2, 10.1.2.3, 10.1.2.4, note\n`,
    );
    expect((await host.run(["ls", directory])).split("\n")).toEqual([
      ...["10.1.2.2", "10.1.2.3", "10.1.2.4", "last_reserved_ip.0", "lock", "note"],
    ]);
  });

  test("one that is not readable keeps DEL from failing only where others are found", async ({ host }) => {
    const input = JSON.stringify({
      cniVersion: "1.1.0",
      name: "net",
      ipam: { type: "host-local", subnet: "10.1.2.0/24" },
    });
    const del = (container: string) =>
      host.attempt([`${plugins}/host-local`], {
        env: { CNI_COMMAND: "DEL", CNI_CONTAINERID: container, CNI_IFNAME: "eth0", CNI_PATH: plugins },
        input,
      });
    await host.write(`${directory}/10.1.2.2`, "web\r\neth0");
    // A loop of symbolic links: not even root can read it.
    await host.run(["ln", "-s", "10.1.2.3", `${directory}/10.1.2.3`]);
    expect(await del("web")).toMatchObject({ status: 0 });
    const { output } = await del("web");
    expect(JSON.parse(output)).toMatchObject({
      code: 5,
      msg: `cannot release the leases in ${directory}`,
      details: expect.stringContaining("10.1.2.3: ELOOP"),
    });
  });
});
