import { mkdirSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect } from "vitest";
import {
  configurationOf,
  configuredLinks,
  lastValueOf,
  readConfiguration,
  rootDirectoryOf,
  valuesOf,
} from "../../lxc/container/configuration.ts";
import { parseLines } from "../../lxc/container/configuration-lines.ts";
import { test } from "../cni/scratch.ts";

describe("a container's configuration", () => {
  test("is what its lines set, without comments, blanks, quotes and what is not LXC's", () => {
    const text = `# lxc.uts.name = no
  lxc.uts.name=web  \r
lxc.rootfs.path = dir:/srv/web = x
\tlxc.environment = "A = b"
other.key = 1
lxc.nonsense
lxc.hook.start = 'one' two'`;
    expect(pairs(text)).toEqual([
      ["lxc.uts.name", "web"],
      ["lxc.rootfs.path", "dir:/srv/web = x"],
      ["lxc.environment", "A = b"],
      ["lxc.hook.start", "one' two"],
    ]);
  });

  test("says where each line stands", () => {
    const { items } = configurationOf("\n\nlxc.uts.name = web\n", "/c");
    expect(items).toEqual([{ key: "lxc.uts.name", value: "web", file: "/c", line: 3 }]);
  });

  test("has the last value of a key, or all of them", () => {
    const read = configurationOf("lxc.uts.name = a\nlxc.uts.name = b\n", "/c");
    expect([lastValueOf(read, "lxc.uts.name"), valuesOf(read, "lxc.uts.name")]).toEqual(["b", ["a", "b"]]);
    expect(lastValueOf(read, "lxc.arch")).toBeUndefined();
  });

  test("forgets what an empty value clears, with the keys below", () => {
    const text = `lxc.net.0.type = veth
lxc.net.10.type = veth
lxc.hook.stop = a
lxc.net.1.link = br0
lxc.net.1 =
lxc.net.0.type =
lxc.hook.stop =
lxc.hook.stop = b
`;
    expect(pairs(text)).toEqual([
      ["lxc.net.10.type", "veth"],
      ["lxc.hook.stop", "b"],
    ]);
    expect(pairs(`${text}lxc.net =\nlxc.net.0.type = empty`)).toEqual([
      ["lxc.hook.stop", "b"],
      ["lxc.net.0.type", "empty"],
    ]);
  });

  test("has the links that LXC makes", () => {
    const text =
      "lxc.net.1.link = br0\nlxc.net.0.type = empty\nlxc.net.1.type = veth\nlxc.net.1.flags = up\n";
    const links = configuredLinks(configurationOf(text, "/c"));
    expect(
      links.map(({ index, type, settings, at }) => [index, type, [...settings.keys()], at.line]),
    ).toEqual([
      ["1", "veth", ["link", "type", "flags"], 1],
      ["0", "empty", ["type"], 2],
    ]);
  });

  test("includes files, and those of directories that end with .conf", ({ directory }) => {
    mkdirSync(`${directory}/d`);
    writeFileSync(`${directory}/one`, "lxc.uts.name = one\n");
    writeFileSync(`${directory}/d/2.conf`, `lxc.uts.name = two\nlxc.include = ${directory}/one\n`);
    writeFileSync(`${directory}/d/3`, "lxc.uts.name = three\n");
    writeFileSync(`${directory}/config`, `lxc.include = ${directory}/d\nlxc.uts.name = last\n`);
    const { items, problems } = readConfiguration(`${directory}/config`);
    expect(items.map(({ value, file, line }) => [value, file, line])).toEqual([
      ["two", `${directory}/d/2.conf`, 1],
      ["one", `${directory}/one`, 1],
      ["last", `${directory}/config`, 2],
    ]);
    expect(problems).toEqual([]);
  });

  test("tells what cannot be included, and has the rest", ({ directory }) => {
    writeFileSync(
      `${directory}/config`,
      `lxc.include = ${directory}/missing\nlxc.include = ${directory}/config\nlxc.uts.name = web\n`,
    );
    const read = readConfiguration(`${directory}/config`);
    expect(lastValueOf(read, "lxc.uts.name")).toBe("web");
    expect(read.problems).toContain(
      `${directory}/config, line 1: cannot include ${directory}/missing: ENOENT: no such file or directory, open '${directory}/missing'`,
    );
    expect(read.problems).toContain(`${directory}/config, line 2: ${directory}/config is included by itself`);
  });

  test("has a root that may be a directory", ({ directory }) => {
    const root = (path: string) => rootDirectoryOf(configurationOf(`lxc.rootfs.path = ${path}\n`, "/c"));
    expect([root(directory), root(`dir:${directory}`)]).toEqual([directory, directory]);
    expect([root(`overlay:${directory}:/x`), root(`${directory}/missing`)]).toEqual([undefined, undefined]);
    expect(rootDirectoryOf(configurationOf("", "/c"))).toBeUndefined();
  });
});

test("lines, joined, are the file, whatever it holds", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "#", "\n", "\r", " ", "=", "lxc.net.0.type") });
  fc.assert(
    fc.property(
      text,
      (file) =>
        parseLines(file)
          .map((line) => line.text)
          .join("") === file,
    ),
  );
});

function pairs(text: string): string[][] {
  return configurationOf(text, "/c").items.map(({ key, value }) => [key, value]);
}
