import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { loadNetwork } from "../../lib/runtime/load-network.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { test } from "../cni/scratch.ts";

const types = (network: { readonly plugins: readonly { readonly type: string }[] }) =>
  network.plugins.map(({ type }) => type);

describe("plugins in a directory of the network's name", () => {
  test("are put behind those of the list, in the order of their files", ({ directory }) => {
    write(`${directory}/50-any.conflist`, { name: "net", plugins: [{ type: "bridge" }] });
    write(`${directory}/net/2.conf`, { type: "tuning" });
    write(`${directory}/net/1.conf`, { type: "portmap", capabilities: { portMappings: true } });
    const network = load("net", directory);
    expect(types(network)).toEqual(["bridge", "portmap", "tuning"]);
    expect(network.plugins[1]).toEqual({ type: "portmap", capabilities: { portMappings: true } });
  });

  test("may be all that there are", ({ directory }) => {
    write(`${directory}/net.conflist`, { name: "net", cniVersion: "1.1.0" });
    write(`${directory}/net/one.conf`, { type: "one" });
    expect(types(load("net", directory))).toEqual(["one"]);
    expect(types(load(`${directory}/net.conflist`))).toEqual(["one"]);
  });

  test("are kept with the network, so that it can be had without their files", ({ directory }) => {
    const list = { name: "net", cniVersions: ["0.4.0"], disableCheck: true, plugins: [{ type: "bridge" }] };
    write(`${directory}/net.conflist`, list);
    write(`${directory}/net/one.conf`, { type: "one", x: [1] });
    const { source, ...network } = load("net", directory);
    const kept = parseNetwork(source, () => {
      throw new Error("other files were looked for");
    });
    expect(kept).toEqual({ ...network, source });
    expect(types(kept)).toEqual(["bridge", "one"]);
  });

  test.for([true, "true", "True"])(
    "are left alone by a list that wants no others: %j",
    (only, { directory }) => {
      const list = { name: "net", loadOnlyInlinedPlugins: only, plugins: [{ type: "bridge" }] };
      write(`${directory}/net.conflist`, list);
      write(`${directory}/net/one.conf`, "{");
      expect(load("net", directory)).toMatchObject({
        plugins: [{ type: "bridge" }],
        source: JSON.stringify(list),
      });
    },
  );

  test("are left alone by a single plugin", ({ directory }) => {
    write(`${directory}/net.conf`, { name: "net", type: "bridge" });
    write(`${directory}/net/one.conf`, { type: "one" });
    expect(types(load("net", directory))).toEqual(["bridge"]);
  });

  test("are no files of other kinds, no directories and no deeper ones", ({ directory }) => {
    write(`${directory}/net.conflist`, { name: "net", plugins: [{ type: "bridge" }] });
    for (const name of ["a.json", "b.conflist", "c", "d.conf.bak", "deep/e.conf"]) {
      write(`${directory}/net/${name}`, { type: "other" });
    }
    mkdirSync(`${directory}/net/f.conf`);
    expect(types(load("net", directory))).toEqual(["bridge"]);
  });

  test("do not have to be there, also when a file has that name", ({ directory }) => {
    write(`${directory}/net.conflist`, { name: "net", plugins: [{ type: "bridge" }] });
    write(`${directory}/net`, "a file");
    expect(types(load("net", directory))).toEqual(["bridge"]);
  });

  test.for([
    ["{", "error unmarshall plugin config "],
    [{}, "error parsing configuration: missing 'type'"],
    [[], "error parsing configuration: missing 'type'"],
  ] as const)("have their network refused where one is %j", ([content, message], { directory }) => {
    write(`${directory}/net.conflist`, { name: "net", plugins: [{ type: "bridge" }] });
    write(`${directory}/net/one.conf`, content);
    expect(() => load(`${directory}/net.conflist`)).toThrow(message);
    write(`${directory}/zz.conflist`, { name: "neighbour", plugins: [{ type: "bridge" }] });
    expect(types(load("neighbour", directory))).toEqual(["bridge"]);
  });

  test("have their network refused where others may write them, or put one there", ({ directory }) => {
    write(`${directory}/net.conflist`, { name: "net", plugins: [{ type: "bridge" }] });
    write(`${directory}/net/one.conf`, { type: "one" });
    for (const path of [`${directory}/net/one.conf`, `${directory}/net`]) {
      for (const mode of [0o775, 0o757]) {
        chmodSync(path, mode);
        const message = `${path} can be written by others than its owner`;
        expect(() => load(`${directory}/net.conflist`)).toThrow(
          expect.objectContaining({ code: 7, message }),
        );
      }
      chmodSync(path, 0o755);
    }
    writeFileSync(`${directory}/open`, JSON.stringify({ type: "two" }));
    chmodSync(`${directory}/open`, 0o666);
    symlinkSync("../open", `${directory}/net/two.conf`);
    expect(() => load(`${directory}/net.conflist`)).toThrow("two.conf can be written by others");
  });
});

function load(name: string, ...directories: string[]) {
  return loadNetwork(name, directories, () => undefined);
}

function write(path: string, content: unknown): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}
