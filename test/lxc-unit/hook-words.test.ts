import { describe, expect, test } from "vitest";
import { parseHookWords } from "../../lxc/hook/words.ts";

const form = "NETWORK[:INTERFACE][,ip=ADDRESS]...[,mac=MAC]";

describe("the words of a hook line", () => {
  test("name networks, and interfaces by their place unless told otherwise", () => {
    expect(parseHookWords(["a", "b:lan0", "/etc/lxc/c.conf"])).toEqual({
      networkDirectories: [],
      cniPath: "",
      timeout: 10_000,
      networks: [
        { network: "a", interface: "eth0", ips: [] },
        { network: "b", interface: "lan0", ips: [] },
        { network: "/etc/lxc/c.conf", interface: "eth2", ips: [] },
      ],
      words: ["a", "b:lan0", "/etc/lxc/c.conf"],
      socket: undefined,
      dns: true,
    });
  });

  test("say in any place that DNS is not to be touched", () => {
    expect(parseHookWords(["a", "--no-dns", "b"])).toMatchObject({
      networks: [{ interface: "eth0" }, { interface: "eth1" }],
      dns: false,
    });
  });

  test.each([
    ["a:x,ip=10.1.2.3", { network: "a", interface: "x", ips: ["10.1.2.3"] }],
    ["a,ip=10.1.2.3/24,ip=FD00:0::3", { network: "a", interface: "eth0", ips: ["10.1.2.3/24", "fd00::3"] }],
    ["a,mac=02-00-00-00-AB-09", { network: "a", interface: "eth0", ips: [], mac: "02:00:00:00:ab:09" }],
    [
      "/etc/n.conf:x,mac=0200.0000.ab09,ip=fd00::3/64",
      { network: "/etc/n.conf", interface: "x", ips: ["fd00::3/64"], mac: "02:00:00:00:ab:09" },
    ],
  ])("%s: name addresses and a MAC", (word, wanted) => {
    expect(parseHookWords([word]).networks).toEqual([wanted]);
  });

  test.each([
    ["30", 30_000],
    ["0.5", 500],
    ["0", Number.POSITIVE_INFINITY],
    ["0.0", Number.POSITIVE_INFINITY],
  ])("--timeout %s: %d ms", (text, timeout) => {
    expect(parseHookWords(["--timeout", text, "a"])).toMatchObject({ timeout });
  });

  test("say where to look, in any place, directories of networks more than once", () => {
    const words = ["--net-dir", "/n1", "a", "--cni-path", "/p1:/p2", "--net-dir", "/n2", "b"];
    expect(parseHookWords(words)).toMatchObject({
      networkDirectories: ["/n1", "/n2"],
      cniPath: "/p1:/p2",
      networks: [{ interface: "eth0" }, { interface: "eth1" }],
    });
  });

  test.each([
    [[], "hook needs the name of a network"],
    [["--net-dir", "/n"], "hook needs the name of a network"],
    [["a", "--net-dir"], "--net-dir needs a value"],
    [["a", "--cni-path"], "--cni-path needs a value"],
    [["--nonsense", "a"], "there is no option --nonsense"],
    [["-v"], "there is no option -v"],
    [[""], `"" is no ${form}`],
    [[":eth0"], `":eth0" is no ${form}`],
    [["a:"], `"a:" is no ${form}: interface name is empty`],
    [["a:b:c"], `"a:b:c" is no ${form}`],
    [["a:lo"], `"a:lo" is no ${form}: a container has lo already`],
    [["a:all"], `"a:all" is no ${form}: interface name all is reserved by the kernel`],
    [["a:sixteen-letters-"], `"a:sixteen-letters-" is no ${form}: interface name is too long`],
    [["a,ip="], `"a,ip=" is no ${form}: "" is no address`],
    [["a,ip=10.1.2.300"], `"a,ip=10.1.2.300" is no ${form}: "10.1.2.300" is no address`],
    [["a,ip=10.1.2.3/33"], `"a,ip=10.1.2.3/33" is no ${form}: "10.1.2.3/33" is no address`],
    [["a,ip=fe80::1%eth0"], `"a,ip=fe80::1%eth0" is no ${form}: "fe80::1%eth0" is no address`],
    [["a,mac=02:00"], `"a,mac=02:00" is no ${form}: "02:00" is no MAC`],
    [
      ["a,mac=03:00:00:00:00:01"],
      `"a,mac=03:00:00:00:00:01" is no ${form}: 03:00:00:00:00:01 is no MAC of a single interface`,
    ],
    [
      ["a,mac=00:00:00:00:00:00"],
      `"a,mac=00:00:00:00:00:00" is no ${form}: 00:00:00:00:00:00 is no MAC of a single interface`,
    ],
    [
      ["a,mac=02:00:00:00:00:01,mac=02:00:00:00:00:01"],
      `"a,mac=02:00:00:00:00:01,mac=02:00:00:00:00:01" is no ${form}: it has two MACs`,
    ],
    [["a,eth0"], `"a,eth0" is no ${form}: "eth0" is neither ip=ADDRESS nor mac=MAC`],
    [["a,"], `"a," is no ${form}: "" is neither ip=ADDRESS nor mac=MAC`],
    [["--timeout", "a"], '--timeout takes seconds, not "a"'],
    [["--timeout", "-1", "a"], '--timeout takes seconds, not "-1"'],
    [["--timeout", "10s", "a"], '--timeout takes seconds, not "10s"'],
    [["a", "--timeout"], "--timeout needs a value"],
    [["a:x", "b:x"], "interface x is given to two networks"],
    [["a:eth1", "b"], "interface eth1 is given to two networks"],
  ])("%j: %s", (words, message) => {
    expect(() => parseHookWords(words)).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });
});
