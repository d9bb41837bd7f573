import { describe, expect, test } from "vitest";
import { parseHookWords } from "../../lxc/hook/words.ts";

describe("the words of a hook line", () => {
  test("name networks, and interfaces by their place unless told otherwise", () => {
    expect(parseHookWords(["a", "b:lan0", "/etc/lxc/c.conf"])).toEqual({
      networkDirectories: [],
      cniPath: "",
      networks: [
        { network: "a", interface: "eth0" },
        { network: "b", interface: "lan0" },
        { network: "/etc/lxc/c.conf", interface: "eth2" },
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
    [[""], '"" is no NETWORK[:INTERFACE]'],
    [[":eth0"], '":eth0" is no NETWORK[:INTERFACE]'],
    [["a:"], '"a:" is no NETWORK[:INTERFACE]: interface name is empty'],
    [["a:b:c"], '"a:b:c" is no NETWORK[:INTERFACE]'],
    [["a:all"], '"a:all" is no NETWORK[:INTERFACE]: interface name all is reserved by the kernel'],
    [["a:sixteen-letters-"], '"a:sixteen-letters-" is no NETWORK[:INTERFACE]: interface name is too long'],
    [["a:x", "b:x"], "interface x is given to two networks"],
    [["a:eth1", "b"], "interface eth1 is given to two networks"],
  ])("%j: %s", (words, message) => {
    expect(() => parseHookWords(words)).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });
});
