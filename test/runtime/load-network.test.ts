import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { CniError } from "../../lib/cni/error.ts";
import { loadNetwork } from "../../lib/runtime/load-network.ts";
import { test } from "../cni/scratch.ts";

const single = (name: string, bridge = "cni0") => ({ cniVersion: "1.0.0", name, type: "bridge", bridge });
const chain = (name: string, ...types: string[]) => ({
  cniVersion: "1.0.0",
  name,
  plugins: types.map((type) => ({ type })),
});

describe("a network that is looked for by its name", () => {
  test("is the one that says so, whatever its file is called", ({ directory }) => {
    write(`${directory}/net.conf`, single("other"));
    write(`${directory}/other.conf`, single("net"));
    expect(load("net", directory).network).toMatchObject({
      name: "net",
      version: "1.0.0",
      plugins: [single("net")],
    });
  });

  test("is a list before a single plugin, and .conf before .json, whatever their order", ({ directory }) => {
    write(`${directory}/0.json`, single("net", "json0"));
    expect(load("net", directory).network.plugins).toMatchObject([{ bridge: "json0" }]);
    write(`${directory}/1.conf`, single("net", "conf1"));
    expect(load("net", directory).network.plugins).toMatchObject([{ bridge: "conf1" }]);
    write(`${directory}/2.conflist`, chain("net", "one", "two"));
    expect(load("net", directory).network.plugins).toEqual([{ type: "one" }, { type: "two" }]);
  });

  test("is the first in the order of the names", ({ directory }) => {
    write(`${directory}/b.conf`, single("net", "b0"));
    write(`${directory}/a.conf`, single("net", "a0"));
    write(`${directory}/B.conf`, single("net", "B0"));
    expect(load("net", directory).network.plugins).toMatchObject([{ bridge: "B0" }]);
  });

  test("is the one of the first directory, also when a later one has a list", ({ directory }) => {
    write(`${directory}/lxc/net.json`, single("net", "lxc0"));
    write(`${directory}/cni/net.conflist`, chain("net", "one"));
    const places = [`${directory}/missing`, `${directory}/lxc`, `${directory}/cni`];
    expect(load("net", ...places).network.plugins).toMatchObject([{ bridge: "lxc0" }]);
  });

  test("is in no file of another kind, and in no directory", ({ directory }) => {
    for (const name of ["net", "net.conf.bak", "net.yaml", "conf"])
      write(`${directory}/${name}`, single("net"));
    mkdirSync(`${directory}/net.conf`);
    expect(() => load("net", directory)).toThrow(`no net configuration with name "net" in ${directory}`);
  });

  test("is told from those that there are, where there is none of that name", ({ directory }) => {
    const detailsOf = () => {
      try {
        load("net", directory);
        return undefined;
      } catch (error) {
        return (error as CniError).details;
      }
    };
    expect(detailsOf()).toBe("there is none at all; lxc-cni network create net makes one");
    write(`${directory}/a.conf`, single("lan"));
    expect(detailsOf()).toBe("there is lan");
    write(`${directory}/b.conf`, "{");
    expect(detailsOf()).toMatch(/^there is lan; these cannot be used: .*b\.conf: /);
  });

  test("may be behind a symbolic link", ({ directory }) => {
    write(`${directory}/elsewhere/net`, single("net"));
    symlinkSync("elsewhere/net", `${directory}/net.conf`);
    expect(load("net", directory).network.name).toBe("net");
  });

  test("is kept as it was read, for the result cache", ({ directory }) => {
    const source = '{ "name":"net",\n\t"type": "bridge", "x": 1.0, "ä": "<" }\n';
    write(`${directory}/net.conf`, source);
    expect(load("net", directory).network).toMatchObject({ source, version: "0.1.0" });
  });
});

describe("a file that cannot be used", () => {
  const broken = {
    "malformed.conf": "{",
    "nameless.conf": { type: "bridge" },
    "typeless.conf": { name: "typeless" },
    "empty.conflist": chain("empty"),
    "array.conflist": [],
    "plugin.conflist": { name: "plugin", plugins: [{ type: "one" }, {}] },
    "future.conf": { ...single("future"), cniVersion: "9.0.0" },
    "number.conf": { ...single("number"), cniVersion: 1 },
  };

  test("does not keep another network from being found, and is told of", ({ directory }) => {
    for (const [name, content] of Object.entries(broken)) write(`${directory}/${name}`, content);
    write(`${directory}/zz.json`, single("net"));
    const { network, warnings } = load("net", directory);
    expect(network.name).toBe("net");
    expect(
      warnings.map((warning) => warning.replace(`ignored ${directory}/`, "").split(":")[0]).sort(),
    ).toEqual(Object.keys(broken).sort());
  });

  test("is told of when a network is not found", ({ directory }) => {
    write(`${directory}/malformed.conf`, "{");
    expect(() => load("net", directory)).toThrow(
      expect.objectContaining({
        code: 7,
        details: expect.stringContaining(`${directory}/malformed.conf: error unmarshall`),
      }),
    );
  });

  test.for([0o664, 0o646, 0o666, 0o620])(
    "is one that others than its owner may write, mode %o",
    (mode, { directory }) => {
      write(`${directory}/net.conf`, single("net"), mode);
      expect(() => load("net", directory)).toThrow(
        expect.objectContaining({
          code: 7,
          details: expect.stringContaining(`chmod go-w ${directory}/net.conf`),
        }),
      );
      expect(() => load(`${directory}/net.conf`)).toThrow(
        expect.objectContaining({
          code: 7,
          message: `${directory}/net.conf can be written by others than its owner`,
        }),
      );
      write(`${directory}/other.conf`, single("other"));
      expect(load("other", directory).network.name).toBe("other");
    },
  );

  test.for([0o775, 0o757, 0o777])(
    "is one in a directory that others may write to, mode %o",
    (mode, { directory }) => {
      write(`${directory}/net.conf`, single("net"));
      chmodSync(directory, mode);
      const message = `${directory} can be written by others than its owner`;
      expect(() => load(`${directory}/net.conf`)).toThrow(expect.objectContaining({ code: 7, message }));
      const details = expect.stringContaining(message);
      expect(() => load("net", directory)).toThrow(expect.objectContaining({ code: 7, details }));
    },
  );

  test("is one that belongs to another user, or is in a directory of another user", ({ directory, skip }) => {
    if (process.getuid?.() !== 0) skip("needs root, to give files away");
    const file = `${directory}/net.conf`;
    write(file, single("net"));
    for (const path of [file, directory]) {
      chownSync(path, 1000, 0);
      const message = `${path} belongs to another user`;
      expect(() => load(file)).toThrow(expect.objectContaining({ code: 7, message }));
      const details = expect.stringContaining(message);
      expect(() => load("net", directory)).toThrow(expect.objectContaining({ code: 7, details }));
      chownSync(path, 0, 0);
    }
    expect(load("net", directory).network.name).toBe("net");
  });

  test("is a link to itself, which keeps no other network from being found", ({ directory }) => {
    symlinkSync("loop.conf", `${directory}/loop.conf`);
    write(`${directory}/zz.conf`, single("net"));
    const { network, warnings } = load("net", directory);
    expect(network.name).toBe("net");
    expect(warnings).toEqual([expect.stringContaining(`${directory}/loop.conf: `)]);
    expect(() => load("other", directory)).toThrow(expect.objectContaining({ code: 7 }));
  });

  test("is not one that others may read or execute", ({ directory }) => {
    write(`${directory}/net.conf`, single("net"), 0o755);
    expect(load("net", directory).network.name).toBe("net");
  });
});

describe("a path", () => {
  test("leads to a network of any name, in a file of any name", ({ directory }) => {
    write(`${directory}/simplebridge.cni`, single("simplenet"));
    expect(load(`${directory}/simplebridge.cni`).network.name).toBe("simplenet");
  });

  test.for([
    ["missing", 7, "there is no network configuration "],
    [".", 7, "there is no network configuration "],
    ["malformed", 6, "error unmarshall network config: "],
    ["list", 6, "the network config is no JSON object"],
    ["empty", 7, "no plugins in list"],
    ["null", 7, "no plugins in list"],
    ["typeless", 7, "error parsing configuration: missing 'type'"],
    ["future", 1, "incompatible CNI versions"],
    ["number", 6, "invalid cniVersion type"],
    ["nameless", 7, "missing network name"],
    ["misnamed", 7, "invalid characters found in network name"],
  ] as const)("to what is no network: %s", ([name, code, message], { directory }) => {
    const contents: Record<string, unknown> = {
      malformed: "{",
      list: [],
      empty: chain("net"),
      null: { name: "net", plugins: null },
      typeless: chain("net", ""),
      future: { ...single("net"), cniVersion: "9.0.0" },
      number: { ...single("net"), cniVersion: 1 },
      nameless: { type: "bridge" },
      misnamed: single("a/b"),
    };
    if (name in contents) write(`${directory}/${name}`, contents[name]);
    expect(() => load(`${directory}/${name}`)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

function load(name: string, ...directories: string[]) {
  const warnings: string[] = [];
  return { network: loadNetwork(name, directories, (text) => warnings.push(text)), warnings };
}

function write(path: string, content: unknown, mode = 0o644): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  chmodSync(path, mode);
}
