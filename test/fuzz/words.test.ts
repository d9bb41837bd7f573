import { describe, expect, test } from "vitest";
import { steeredBy } from "./commands.ts";
import { batchCommands, nftCommands, restoreCommands } from "./words.ts";

describe("what reads the input of a program, to see what a name does to it", () => {
  test("reads words, quotations and comments of ip -batch", () => {
    expect(batchCommands(`link add "a b" x'y\naddress show 'q"' "" # rest\n\n`)).toEqual([
      ["link", "add", "a b", "x'y"],
      ["address", "show", 'q"', ""],
    ]);
    // The comment is cut off first.
    expect(() => batchCommands('link set "a#b" up\n')).toThrow("does not end");
  });

  test("reads words and escapes of iptables-restore", () => {
    expect(restoreCommands('*nat\n-A X --comment "a \\"b\\" \\\\c" -j Y\n# no\nCOMMIT\n')).toEqual([
      ["*nat"],
      ["-A", "X", "--comment", 'a "b" \\c', "-j", "Y"],
      ["COMMIT"],
    ]);
  });

  test("reads words of nft, and its JSON", () => {
    expect(nftCommands('add rule inet t c iifname "a;b" drop; add chain inet t d\n')).toEqual([
      ["add", "rule", "inet", "t", "c", "iifname", "a;b", "drop", ";", "add", "chain", "inet", "t", "d"],
    ]);
    expect(nftCommands('{"nftables":[{"add":{"name":"a;b"}}]}')).toEqual([["/nftables/0/add/name", "a;b"]]);
  });
});

describe("a name that steers a command is noticed:", () => {
  const plainNames = { network: "net", container: "c1", interface: "eth0" };
  const problems = (name: string, input: string) => {
    const command = { program: "ip", arguments: ["-batch", "-"] };
    const plain = { ...command, input: "link set dev eth0 up\n" };
    const found = { ...command, input };
    return steeredBy([plain], plainNames, [found], { ...plainNames, interface: name });
  };

  test.each([
    ["as two words", "a b", "link set dev a b up\n"],
    ["as a comment", "a#b", "link set dev a#b up\n"],
    ["as a quotation", '"a', 'link set dev "a up\n'],
    ["as a line", "a\nb", "link set dev a\nb up\n"],
    ["cut", "abc", "link set dev ab up\n"],
    ["without its quotation marks", 'a"b', "link set dev ab up\n"],
  ])("%s", (_, name, input) => {
    expect(problems(name, input)).toHaveLength(1);
  });

  test("but not one that is quoted", () => {
    expect(problems("a;b", 'link set dev "a;b" up\n')).toEqual([]);
  });
});
