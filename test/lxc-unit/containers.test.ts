import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { listContainers, requireContainer } from "../../lxc/container/containers.ts";
import { containerIdOf } from "../../lxc/container/id.ts";
import { test as scratch } from "../cni/scratch.ts";

/** A test that gets an LXC path with containers `db` and `web`, and other things. */
const test = scratch.extend<{ lxcPath: string }>({
  lxcPath: async ({ directory }, use) => {
    for (const name of ["web", "db", "half-made", "lock"]) mkdirSync(`${directory}/${name}`);
    for (const name of ["web", "db"]) writeFileSync(`${directory}/${name}/config`, "");
    mkdirSync(`${directory}/lock/config`);
    writeFileSync(`${directory}/config`, "");
    symlinkSync("loop", `${directory}/loop`);
    await use(directory);
  },
});

describe("the containers of an LXC path", () => {
  test("are its directories that have a configuration", ({ lxcPath }) => {
    const web = requireContainer("web", lxcPath);
    expect(web).toEqual({
      name: "web",
      lxcPath,
      configFile: `${lxcPath}/web/config`,
      id: containerIdOf("web", lxcPath),
    });
    expect(listContainers(lxcPath)).toEqual([requireContainer("db", lxcPath), web]);
    expect(listContainers(`${lxcPath}/missing`)).toEqual([]);
    expect(listContainers(`${lxcPath}/config`)).toEqual([]);
  });

  test.for(["half-made", "lock", "loop", "missing", ".", "..", "", "web/../db"])(
    "do not include %j",
    (name, { lxcPath }) => {
      expect(() => requireContainer(name, lxcPath)).toThrow(
        expect.objectContaining({ code: 3, details: "there is db, web" }),
      );
    },
  );
});
