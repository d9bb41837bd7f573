import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { configurationOf } from "../../lxc/container/configuration.ts";
import { hookLinesOf, networksAtStart } from "../../lxc/hook/lines.ts";
import { quoteShellWord, splitShellWords } from "../../lxc/hook/shell-words.ts";

test("lines that call lxc-cni are found among others, and understood as a shell does", () => {
  const configuration = configurationOf(
    `lxc.hook.start-host = /opt/my\\ path/lxc-cni hook --net-dir '/a b' simplenet "back""net":data0
lxc.hook.start-host = env LXC_CNI_LINKS=netlink lxc-cni hook third
lxc.hook.stop = /opt/lxc-cni-2.0 hook
lxc.hook.pre-start = /opt/lxc-cni check web
lxc.hook.mount = /opt/nolxc-cni hook x
lxc.uts.name = lxc-cni hook x
`,
    "/c",
  );
  const lines = hookLinesOf(configuration);
  expect(lines.map(({ type, executable, at }) => [type, executable, at.line])).toEqual([
    ["start-host", "/opt/my path/lxc-cni", 1],
    ["start-host", "lxc-cni", 2],
    ["stop", "/opt/lxc-cni-2.0", 3],
  ]);
  expect(lines[0]?.words?.networkDirectories).toEqual(["/a b"]);
  expect(lines[2]).toMatchObject({ words: undefined, problem: "hook needs the name of a network" });
  expect(networksAtStart(configuration)).toMatchObject([
    { network: "simplenet", interface: "eth0" },
    { network: "backnet", interface: "data0" },
    { network: "third", interface: "eth0" },
  ]);
});

test.each([
  ["a  b\tc", ["a", "b", "c"]],
  [`'a b' "c d" e\\ f`, ["a b", "c d", "e f"]],
  [`a'b c'"d"\\e`, ["ab cde"]],
  [`"a\\"b" "a\\b" 'a\\b'`, ['a"b', "a\\b", "a\\b"]],
  [`'' ""`, ["", ""]],
  ["", []],
])("the words of %j are those of a shell", (line, words) => {
  expect(splitShellWords(line)).toEqual(words);
  expect(shellWords(line)).toEqual(words);
});

test("a word that was quoted is that word to a shell, and never begins with a quote of its own", () => {
  const word = fc
    .string({
      unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom("ü", "\u00a0", "名", "😀")),
    })
    .filter((text) => !/[\0\n]/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const line = words.map(quoteShellWord).join(" ");
      expect(splitShellWords(line)).toEqual(words);
      expect(shellWords(line)).toEqual(words);
    }),
    { numRuns: 50 },
  );
});

function shellWords(line: string): string[] {
  const output = execFileSync("/bin/sh", ["-c", `for word in ${line}; do printf '%s\\0' "$word"; done`]);
  return output.toString().split("\0").slice(0, -1);
}
