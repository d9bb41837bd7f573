import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { afterEach, describe, expect, vi } from "vitest";
import { system } from "#system";
import { test } from "./network.ts";

const slash24 = { subnet: "10.1.2.0/24" };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("GC", () => {
  test("ends the leases of attachments that are not valid, and no others", ({ network }) => {
    const ranges = [[slash24], [{ subnet: "2001:db8:1::/64" }]];
    for (const name of ["eth0", "eth1"]) {
      network.add({ ranges }, { interface: name });
      network.add({ ranges }, { container: "other", interface: name });
    }
    network.gc({ ranges }, [
      ["dummy", "eth0"],
      ["other", "eth1"],
    ]);
    expect(network.leases()).toEqual({
      "10.1.2.2": "dummy\r\neth0",
      "2001:db8:1::2": "dummy\r\neth0",
      "10.1.2.5": "other\r\neth1",
      "2001:db8:1::5": "other\r\neth1",
    });
    expect(network.add({ ranges }, { container: "next" })).toEqual(["10.1.2.6/24", "2001:db8:1::6/64"]);
  });

  test("ends all of them when none is valid", ({ network }) => {
    network.add(slash24);
    network.add(slash24, { container: "other" });
    network.gc(slash24, []);
    expect(network.leases()).toEqual({});
    expect(readdirSync(network.directory).sort()).toEqual(["last_reserved_ip.0", "lock"]);
  });

  test("ends none when it is not told which are valid", ({ network }) => {
    vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
    network.add(slash24);
    network.gc(slash24, undefined);
    expect(Object.keys(network.leases())).toEqual(["10.1.2.2"]);
  });

  test("removes what calls that were killed have left: empty leases, and files of ours", ({ network }) => {
    network.write("10.1.2.7", "");
    network.write("10.1.2.8", "\n");
    network.write(".lxc-cni-00112233", "dummy\r\neth0");
    network.write(".lxc-cni-44556677", "");
    network.gc(slash24, [["dummy", "eth0"]]);
    expect(network.leases()).toEqual({});
  });

  const strange = {
    // Nobody can tell of which interface it is. DEL of the container ends it.
    "10.1.2.9": "stale",
    // Written by nobody that is known.
    "10.1.2.10": "stale\neth0",
    "10.1.2.11": "stale\r\neth0\r\nmore",
    "10.1.2.12": "stale\r\n",
    "10.1.2.13": "\r\neth0",
    "10.1.2.14": "stale \r\neth0",
    "10.1.2.15": "stale\r\neth 0",
    // No address.
    note: "stale\r\neth0",
    ".keep": "",
    "10.1.2.16.tmp": "stale\r\neth0",
  };

  test("leaves whatever else lies there", ({ network }) => {
    for (const [name, content] of Object.entries(strange)) network.write(name, content);
    network.write("last_reserved_ip.0", "stale\r\neth0");
    mkdirSync(`${network.directory}/10.1.2.20`);
    vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
    network.gc(slash24, []);
    const left = readdirSync(network.directory).sort();
    expect(left).toEqual([...Object.keys(strange), "10.1.2.20", "last_reserved_ip.0", "lock"].sort());
  });

  test("lists what it leaves, in one line, but not what is in use", ({ network }) => {
    network.add(slash24);
    network.write("10.1.2.8", "other");
    network.write("10.1.2.9", "printer");
    network.write("note", "");
    const errors = vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
    const valid = [
      ["dummy", "eth0"],
      ["other", "eth0"],
    ] as const;
    network.gc(slash24, valid);
    const line = `host-local: GC left what is no lease in ${network.directory}: `;
    expect(errors.mock.calls).toEqual([[`${line}10.1.2.9, note\n`]]);

    for (let octet = 100; octet < 120; octet++) network.write(`10.1.2.${octet}`, "printer");
    network.gc(slash24, valid);
    const names = Array.from({ length: 10 }, (_, index) => `10.1.2.${100 + index}`).join(", ");
    expect(errors.mock.lastCall).toEqual([`${line}${names} and 12 more\n`]);
  });

  test("leaves an index that is right", ({ network }) => {
    for (let octet = 2; octet < 202; octet++) network.write(`10.1.2.${octet}`, `c${octet}\r\neth0`);
    const valid = Array.from({ length: 100 }, (_, index) => [`c${index + 100}`, "eth0"] as const);
    network.gc(slash24, valid);
    expect(Object.keys(network.leases())).toHaveLength(100);
    expect(() => network.check(slash24, { container: "c99" })).toThrow("Failed to find address");
    network.check(slash24, { container: "c100" });
    network.write("last_reserved_ip.0", "10.1.2.97");
    expect(network.add(slash24)).toEqual(["10.1.2.98/24"]);
    expect(network.add(slash24, { container: "other" })).toEqual(["10.1.2.99/24"]);
    expect(network.add(slash24, { container: "next" })).toEqual(["10.1.2.200/24"]);
  });

  test("succeeds when there is nothing, and makes no directory", ({ network }) => {
    network.gc(slash24, []);
    expect(existsSync(network.directory)).toBe(false);
  });

  test("looks at nothing of the configuration but the place of the leases", ({ network }) => {
    network.add(slash24);
    network.gc({ subnet: "10.1.2.3/24", routes: [{ dst: "x" }], resolvConf: "/nonexistent" }, []);
    expect(network.leases()).toEqual({});
  });

  test("ends nothing when one of the attachments is none", ({ network }) => {
    network.add(slash24);
    expect(() => network.gc(slash24, [["other", "a/b"]])).toThrow(expect.objectContaining({ code: 7 }));
    expect(Object.keys(network.leases())).toEqual(["10.1.2.2"]);
  });
});
