import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

const directory = "/var/lib/cni/networks/net";
const yearAgo = "2 years ago";

describeEngines("leases of an earlier boot", ({ directory: plugins }) => {
  const call = (host: Host, verb: string, container: string, cniArgs = "") =>
    host.attempt([`${plugins}/host-local`], {
      env: {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: container,
        CNI_IFNAME: "eth0",
        CNI_NETNS: "/proc/self/ns/net",
        CNI_PATH: plugins,
        CNI_ARGS: cniArgs,
      },
      input: JSON.stringify({
        cniVersion: "1.1.0",
        name: "net",
        ipam: { type: "host-local", subnet: "10.1.2.0/29" },
      }),
    });

  /** Calls ADD. @returns the address, or the code of the error */
  async function add(host: Host, container: string, cniArgs?: string): Promise<string | number> {
    const { output } = await call(host, "ADD", container, cniArgs);
    const { ips, code } = JSON.parse(output);
    return code ?? ips[0].address;
  }

  /** Leases of all five addresses, of containers `old2` to `old6`. */
  async function fill(host: Host, written: string): Promise<void> {
    for (const octet of [2, 3, 4, 5, 6]) {
      await host.write(`${directory}/10.1.2.${octet}`, `old${octet}\r\neth0`, 0o600);
      await host.run(["touch", "-d", written, `${directory}/10.1.2.${octet}`]);
    }
  }

  const listed = (host: Host) => host.run(["sh", "-c", `cd ${directory} && grep -l . 10.*`]);

  test("are ended when the set would be exhausted, and said so", async ({ host }) => {
    await fill(host, yearAgo);
    const { status, errors } = await call(host, "ADD", "new");
    expect(status).toBe(0);
    expect(errors).toBe(
      "host-local: ended leases of an earlier boot: 10.1.2.2, 10.1.2.3, 10.1.2.4, 10.1.2.5, 10.1.2.6\n",
    );
    expect(await listed(host)).toBe("10.1.2.2");
  });

  test("stay while there are free addresses, even if one of them is asked for", async ({ host }) => {
    await fill(host, yearAgo);
    await host.run(["rm", `${directory}/10.1.2.4`]);
    expect(await add(host, "new", "IP=10.1.2.3")).toBe(112);
    expect(await add(host, "new")).toBe("10.1.2.4/29");
    expect((await listed(host)).split("\n")).toHaveLength(5);
  });

  test("are counted as free by STATUS, which leaves them", async ({ host }) => {
    await fill(host, yearAgo);
    expect(await call(host, "STATUS", "")).toMatchObject({ status: 0 });
    expect((await listed(host)).split("\n")).toHaveLength(5);
    await fill(host, "now");
    expect(JSON.parse((await call(host, "STATUS", "")).output)).toMatchObject({ code: 50 });
  });

  test("stay when they are reserved, held, or of something that is alive", async ({ host }) => {
    await fill(host, yearAgo);
    await host.write(`${directory}/10.1.2.2`, "printer");
    await host.write(`${directory}/10.1.2.3`, "old3");
    await host.write("/var/lib/lxc-cni/held/net/10.1.2.4", "old4\r\neth0");
    // The name of the port of old5; test/net/identity.test.ts has how it is made.
    const port = await host.run(["sh", "-c", `${portOf} net 'old5 eth0'`]);
    await host.run(["ip", "link", "add", port, "type", "veth"]);
    await host.run(["ip", "link", "add", "br0", "up", "type", "bridge"]);
    await host.run(["ip", "neigh", "add", "10.1.2.6", "lladdr", "02:00:00:00:00:06", "dev", "br0"]);
    for (const name of ["10.1.2.2", "10.1.2.3"]) {
      await host.run(["touch", "-d", yearAgo, `${directory}/${name}`]);
    }
    expect(await add(host, "new")).toBe(110);
    expect((await listed(host)).split("\n")).toHaveLength(5);

    await host.run(["ip", "link", "del", port]);
    await host.write(`/run/lxc-cni/attachments/${port}`, "{}");
    expect(await add(host, "new")).toBe(110);
    await host.run(["rm", `/run/lxc-cni/attachments/${port}`]);
    expect(await add(host, "new")).toBe("10.1.2.5/29");

    await host.run(["ip", "neigh", "del", "10.1.2.6", "dev", "br0"]);
    await host.run(["rm", "/var/lib/lxc-cni/held/net/10.1.2.4"]);
    expect(await add(host, "newer")).toBe("10.1.2.6/29");
    expect(await add(host, "newest")).toBe("10.1.2.4/29");
    expect(await add(host, "last")).toBe(110);
  });

  test("that were taken over are leases of this boot", async ({ host }) => {
    await fill(host, yearAgo);
    for (const octet of [2, 3, 4, 5, 6]) {
      expect(await add(host, `old${octet}`, "ADOPT=1")).toBe(`10.1.2.${octet}/29`);
    }
    expect(await add(host, "new")).toBe(110);
  });

  /** Makes the host seem to have booted then; files of the kernel are as old as that. */
  async function bootedAt(host: Host, boot: string, firstFile = boot): Promise<void> {
    const seconds = await host.run(["date", "-d", boot, "+%s"]);
    await host.run(["sh", "-c", `sed 's/^btime .*/btime ${seconds}/' /proc/stat > /run/stat`]);
    await host.run(["mount", "--bind", "/run/stat", "/proc/stat"]);
    await host.run(["mknod", "-m", "666", "/mnt/null", "c", "1", "3"]);
    await host.run(["touch", "-d", firstFile, "/mnt/null"]);
    await host.run(["mount", "--bind", "/mnt/null", "/dev/null"]);
  }

  test.for([
    ["a second before", "1 hour ago", "1 hour ago", "3601 seconds ago", 110],
    ["almost a minute before", "1 hour ago", "1 hour ago", "3655 seconds ago", 110],
    ["two minutes before", "1 hour ago", "1 hour ago", "3720 seconds ago", "10.1.2.2/29"],
    ["after", "1 hour ago", "1 hour ago", "1 minute ago", 110],
    // It was written before the clock was set.
    [
      "years before, on a machine whose clock began in 1970",
      "1 hour ago",
      "1970-01-02",
      "1970-01-02 00:05",
      110,
    ],
    [
      "years before, where the machine began with the time of its last shutdown",
      "1 hour ago",
      "1 day ago",
      "23 hours ago",
      110,
    ],
    // The clock is not set yet: what was written when it was is in the future.
    ["in the future", "1970-01-02", "1970-01-02", "tomorrow", 110],
  ] as const)(
    "are those that were written clearly before it: %s",
    async ([, boot, firstFile, written, expected], { host }) => {
      await bootedAt(host, boot, firstFile);
      await fill(host, written);
      expect(await add(host, "new")).toBe(expected);
    },
  );

  test("are none where one of them is of the future, and the clock therefore wrong", async ({ host }) => {
    await bootedAt(host, "1 hour ago");
    await fill(host, yearAgo);
    await host.run(["touch", "-d", "tomorrow", `${directory}/10.1.2.6`]);
    expect(await add(host, "new")).toBe(110);
    await host.run(["touch", "-d", "now", `${directory}/10.1.2.6`]);
    expect(await add(host, "new")).toBe("10.1.2.2/29");
  });
});

/** Computes the name of a port by the tools of docs/formats.md. */
const portOf = `f() {
  h() { printf %s "$1" | sha512sum | cut -c-128 | tr a-f A-F | basenc --base16 -d | basenc --base32 -w0 | tr A-Z a-z; }
  echo "veth$(h "$1" | cut -c-4)$(h "$2" | cut -c-7)"
}; f`;
