import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "../cni/scratch.ts";
import { runCommand } from "../fixture/command.ts";
import { describeEngines } from "../runtime/engines.ts";

const olderVersions = ["0.1.0", "0.2.0"];
const versions = [...olderVersions, "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

interface Call {
  readonly cniVersion: string;
  readonly ipam: object;
  /** `dummy` when absent. */
  readonly container?: string;
  /** `eth0` when absent. */
  readonly interface?: string;
  /** `mynet` when absent. */
  readonly network?: string;
  /** Requested by `args.cni.ips`. */
  readonly requested?: readonly string[];
}

describeEngines("host-local", ({ directory: programs }) => {
  /** Runs the executable. Its answer is a result, an error, or nothing. */
  async function run(verb: string, call: Call) {
    const input = {
      cniVersion: call.cniVersion,
      name: call.network ?? "mynet",
      type: "ipvlan",
      ipam: { type: "host-local", ...call.ipam },
      ...(call.requested && { args: { cni: { ips: call.requested } } }),
    };
    const env = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: call.container ?? "dummy",
      CNI_IFNAME: call.interface ?? "eth0",
      CNI_NETNS: "/proc/self/ns/net",
      CNI_PATH: programs,
    };
    const { status, output, errors } = await runCommand([`${programs}/host-local`], {
      env,
      input: JSON.stringify(input),
    });
    expect(errors).toBe("");
    return { status, output, json: output === "" ? undefined : JSON.parse(output) };
  }

  /** The addresses of a result of any version, with their gateways. */
  function addressesOf({ ips, ip4, ip6 }: Readonly<Record<string, unknown>>): unknown[] {
    const list = (ips ?? [ip4, ip6].filter(Boolean)) as { ip?: string; address?: string; gateway?: string }[];
    return list.map(({ ip, address, gateway }) => [address ?? ip, gateway]);
  }

  describe.each(versions)("by %s", (cniVersion) => {
    test("leases an address of each family, with routes and name servers, and releases them", async ({
      directory,
    }) => {
      writeFileSync(`${directory}/resolv.conf`, "nameserver 192.0.2.3\n");
      const ipam = {
        dataDir: directory,
        resolvConf: `${directory}/resolv.conf`,
        ranges: [[{ subnet: "10.1.2.0/24" }, { subnet: "10.2.2.0/24" }], [{ subnet: "2001:db8:1::/64" }]],
        routes: [
          { dst: "0.0.0.0/0" },
          { dst: "::/0" },
          { dst: "192.168.0.0/16", gw: "1.1.1.1" },
          { dst: "2001:db8:2::0/64", gw: "2001:db8:3::1" },
        ],
      };
      const { status, output, json } = await run("ADD", { cniVersion, ipam });
      expect(status).toBe(0);
      expect(json.cniVersion).toBe(cniVersion);
      expect(addressesOf(json)).toEqual([
        ["10.1.2.2/24", "10.1.2.1"],
        ["2001:db8:1::2/64", "2001:db8:1::1"],
      ]);
      const routes = json.routes ?? [...json.ip4.routes, ...json.ip6.routes];
      expect(new Set(routes)).toEqual(
        new Set([...ipam.routes.slice(0, 3), { dst: "2001:db8:2::/64", gw: "2001:db8:3::1" }]),
      );
      expect(json.dns).toEqual({ nameservers: ["192.0.2.3"] });
      expect(json.interfaces).toBeUndefined();
      // Every address names its family in these versions, and in no other.
      expect(output.includes('"version":')).toBe(["0.3.0", "0.3.1", "0.4.0"].includes(cniVersion));

      expect(readFileSync(`${directory}/mynet/10.1.2.2`, "utf8")).toBe("dummy\r\neth0");
      expect(readFileSync(`${directory}/mynet/2001:db8:1::2`, "utf8")).toBe("dummy\r\neth0");
      expect(await run("DEL", { cniVersion, ipam })).toMatchObject({ status: 0, output: "" });
      expect(readdirSync(`${directory}/mynet`).sort()).toEqual([
        "last_reserved_ip.0",
        "last_reserved_ip.1",
        "lock",
      ]);
      expect(await run("DEL", { cniVersion, ipam, container: "unknown" })).toMatchObject({ status: 0 });
    });

    test("keeps the interfaces of a container on two networks apart", async ({ directory }) => {
      const first = { cniVersion, network: "net0", ipam: { dataDir: directory, subnet: "10.1.2.0/24" } };
      const second = {
        cniVersion,
        network: "net1",
        interface: "eth1",
        ipam: { dataDir: directory, subnet: "10.2.2.0/24" },
      };
      expect(addressesOf((await run("ADD", first)).json)).toEqual([["10.1.2.2/24", "10.1.2.1"]]);
      expect(addressesOf((await run("ADD", second)).json)).toEqual([["10.2.2.2/24", "10.2.2.1"]]);
      await run("DEL", first);
      expect(readdirSync(`${directory}/net0`)).not.toContain("10.1.2.2");
      expect(readFileSync(`${directory}/net1/10.2.2.2`, "utf8")).toBe("dummy\r\neth1");
      await run("DEL", second);
      expect(readdirSync(`${directory}/net1`)).not.toContain("10.2.2.2");
    });

    test("refuses to lease twice, and gives others the next address", async ({ directory }) => {
      const call = { cniVersion, ipam: { dataDir: directory, subnet: "10.1.2.0/24" } };
      await run("ADD", call);
      const again = await run("ADD", call);
      expect(again).toMatchObject({ status: 1, json: { code: 111 } });
      const other = await run("ADD", { ...call, container: "dummy1" });
      expect(addressesOf(other.json)).toEqual([["10.1.2.3/24", "10.1.2.1"]]);
      expect(await run("ADD", call)).toMatchObject({ status: 1, json: { code: 111 } });
      await run("DEL", call);
      await run("DEL", { ...call, container: "dummy1" });
      expect(readdirSync(`${directory}/mynet`).sort()).toEqual(["last_reserved_ip.0", "lock"]);
    });

    test("gives requested addresses, one of each set", async ({ directory }) => {
      const single = { dataDir: directory, subnet: "10.1.2.0/24" };
      const one = await run("ADD", { cniVersion, ipam: single, requested: ["10.1.2.88"] });
      expect(addressesOf(one.json)).toEqual([["10.1.2.88/24", "10.1.2.1"]]);

      const ranges = [
        [{ subnet: "10.2.2.0/24" }, { subnet: "10.2.3.0/24" }],
        [{ subnet: "2001:db8:1::/48" }],
      ];
      const families = await run("ADD", {
        cniVersion,
        network: "families",
        ipam: { dataDir: directory, ranges },
        requested: ["10.2.2.88", "2001:db8:1::999"],
      });
      expect(addressesOf(families.json)).toEqual([
        ["10.2.2.88/24", "10.2.2.1"],
        ["2001:db8:1::999/48", "2001:db8:1::1"],
      ]);
    });

    test("gives two addresses of one family where the version has a place for them", async ({
      directory,
    }) => {
      const ipam = { dataDir: directory, ranges: [[{ subnet: "10.1.2.0/24" }], [{ subnet: "10.1.3.0/24" }]] };
      const call = { cniVersion, ipam, requested: ["10.1.2.88", "10.1.3.77"] };
      const { status, json } = await run("ADD", call);
      if (olderVersions.includes(cniVersion)) {
        const msg = `CNI version ${cniVersion} does not support more than 1 address per family`;
        expect({ status, msg: json.msg, code: json.code }).toEqual({ status: 1, msg, code: 7 });
      } else {
        expect(addressesOf(json)).toEqual([
          ["10.1.2.88/24", "10.1.2.1"],
          ["10.1.3.77/24", "10.1.3.1"],
        ]);
      }
      expect(await run("DEL", call)).toMatchObject({ status: 0 });
    });

    test("refuses two requested addresses of one set, and leases none", async ({ directory }) => {
      const ipam = {
        dataDir: directory,
        ranges: [[{ subnet: "10.1.2.0/24" }], [{ subnet: "2001:db8::/64" }]],
      };
      const { status, json } = await run("ADD", { cniVersion, ipam, requested: ["10.1.2.88", "10.1.2.77"] });
      expect(status).toBe(1);
      expect(json.msg).toMatch(/^failed to allocate all requested IPs: 10\.1\.2\.(88|77)$/);
      expect(readdirSync(`${directory}/mynet`)).toEqual(["lock"]);
    });
  });

  test("answers CHECK, STATUS and GC from outside as well", async ({ directory }) => {
    const call = { cniVersion: "1.1.0", ipam: { dataDir: directory, subnet: "10.1.2.0/30" } };
    expect(await run("STATUS", call)).toMatchObject({ status: 0, output: "" });
    expect(await run("CHECK", call)).toMatchObject({ status: 1, json: { code: 114 } });
    await run("ADD", call);
    expect(await run("CHECK", call)).toMatchObject({ status: 0, output: "" });
    expect(await run("STATUS", call)).toMatchObject({
      status: 1,
      json: { code: 50, details: expect.stringContaining("1 used, 0 free") },
    });
  });

  test("lists what GC leaves", async ({ directory }) => {
    const dataDir = `${directory}/leases`;
    await run("ADD", { cniVersion: "1.1.0", ipam: { dataDir, subnet: "10.1.2.0/24" } });
    writeFileSync(`${dataDir}/mynet/10.1.2.9`, "unnamed");
    const collected = await runCommand([`${programs}/host-local`], {
      env: { CNI_COMMAND: "GC", CNI_PATH: programs },
      input: JSON.stringify({
        cniVersion: "1.1.0",
        name: "mynet",
        ipam: { dataDir, subnet: "10.1.2.0/24" },
        "cni.dev/valid-attachments": [],
      }),
    });
    expect(collected).toMatchObject({
      status: 0,
      output: "",
      errors: `host-local: GC left what is no lease in ${dataDir}/mynet: 10.1.2.9\n`,
    });
    expect(readdirSync(`${dataDir}/mynet`).sort()).toEqual(["10.1.2.9", "last_reserved_ip.0", "lock"]);
  });
});
