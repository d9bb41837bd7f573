import { describe, expect, test } from "vitest";
import { parseNetwork } from "../../lib/runtime/network.ts";

const parse = (more: object) =>
  parseNetwork(JSON.stringify({ name: "net", plugins: [{ type: "bridge" }], ...more }));

describe("the version of a network", () => {
  test.for([
    [{}, "0.1.0"],
    [{ cniVersion: "0.4.0" }, "0.4.0"],
    [{ cniVersions: ["0.3.1", "1.0.0", "0.4.0"] }, "1.0.0"],
    [{ cniVersion: "1.1.0", cniVersions: ["0.4.0", "1.0.0"] }, "1.1.0"],
    [{ cniVersion: "0.4.0", cniVersions: ["9.0.0", "1.1.0", "1.2.0"] }, "1.1.0"],
    [{ cniVersion: "9.0.0", cniVersions: ["1.0.0"] }, "1.0.0"],
    [{ cniVersion: "1.0.0", cniVersions: [] }, "1.0.0"],
    [{ cniVersion: "1.0.0", cniVersions: null }, "1.0.0"],
    [{ cniVersions: [] }, "0.1.0"],
  ] as const)("is the newest of those in %j that is spoken here: %s", ([more, version]) => {
    expect(parse(more).version).toBe(version);
  });

  test.for([
    [{ cniVersions: ["9.0.0"], cniVersion: "8.0.0" }, 1],
    [{ cniVersions: "1.0.0" }, 6],
    [{ cniVersions: [1] }, 6],
    [{ cniVersions: [null] }, 6],
    [{ cniVersion: true }, 6],
  ] as const)("cannot be had of %j: code %i", ([more, code]) => {
    expect(() => parse(more)).toThrow(expect.objectContaining({ code }));
  });
});

describe.for(["disableCheck", "disableGC"] as const)("%s", (key) => {
  test.for([
    [undefined, false],
    [null, false],
    [false, false],
    ["FALSE", false],
    [true, true],
    ["true", true],
    ["True", true],
  ] as const)("may be %j: %s", ([value, expected]) => {
    expect(parse({ [key]: value })[key]).toBe(expected);
  });

  test.for([1, "yes", "", []])("may not be %j", (value) => {
    expect(() => parse({ [key]: value })).toThrow(
      expect.objectContaining({
        code: 7,
        message: `error parsing configuration list: invalid value for ${key}`,
      }),
    );
  });
});

test.for([
  [{ plugins: undefined }, "no plugin configs found"],
  [{ plugins: undefined, loadOnlyInlinedPlugins: true }, "no plugins in list"],
  [{ plugins: {} }, "no plugins in list"],
  [{ plugins: [{ type: "a" }, { type: 1 }] }, "error parsing configuration: missing 'type'"],
] as const)("a network is refused for %j", ([more, message]) => {
  expect(() => parse(more)).toThrow(expect.objectContaining({ code: 7, message }));
});
