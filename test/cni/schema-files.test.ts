import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Schema from "typebox/schema";
import { describe, expect, test } from "vitest";
import { schemaFiles } from "../../scripts/build/schema-files.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const directory = join(root, "docs/schema");

interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

test("docs/schema is what the schemas of the plugins say (npm run schema writes it)", async () => {
  const expected = await schemaFiles(root);
  expect(
    readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .sort(),
  ).toEqual(Object.keys(expected).sort());
  for (const [name, text] of Object.entries(expected)) {
    expect(readFileSync(join(directory, name), "utf8"), name).toBe(text);
  }
});

describe.each(["bridge.json", "host-local.json", "conflist.json"])("%s", (name) => {
  const schema = read(name);

  test("says what it is", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect([schema.title, schema.description]).toEqual([expect.any(String), expect.any(String)]);
  });

  test("stands alone: what it refers to is in it", () => {
    const text = readFileSync(join(directory, name), "utf8");
    const definitions = JSON.parse(text).$defs ?? {};
    const names = [...text.matchAll(/"\$ref": "([^"]*)"/g)].map(([, reference]) => reference);
    expect(names.filter((each) => !Object.hasOwn(definitions, each?.replace("#/$defs/", "") ?? ""))).toEqual(
      [],
    );
    expect(text).not.toContain('"$id"');
  });
});

test("an editor has something to show for every key of a list, and of host-local", () => {
  expect(silentKeys("", read("host-local.json"))).toEqual([]);
  expect(silentKeys("", read("conflist.json"))).toEqual([]);
});

const hostLocal = {
  type: "host-local",
  ranges: [[{ subnet: "10.1.2.0/24" }]],
  routes: [{ dst: "0.0.0.0/0" }],
};
const bridge = { type: "bridge", bridge: "br0", isGateway: true, ipam: hostLocal };
const list = { cniVersion: "1.1.0", name: "net", plugins: [bridge, { type: "portmap", snat: 7 }] };

describe("a list of plugins", () => {
  test.each<[string, object]>([
    ["of known and unknown types", list],
    ["with all of its keys", { ...list, cniVersions: ["1.0.0"], disableCheck: "true", disableGC: false }],
    ["with keys that nobody knows", { ...list, $schema: "conflist.json", other: [{}] }],
    [
      "with keys of the runtime, as in a cache",
      withPlugin({
        ...bridge,
        prevResult: { cniVersion: "1.1.0", ips: [] },
        runtimeConfig: { mac: "02:00:00:00:00:01" },
        "cni.dev/valid-attachments": [],
      }),
    ],
    [
      "with another IPAM plugin, whatever its keys",
      withPlugin({ type: "bridge", ipam: { type: "dhcp", subnet: 7 } }),
    ],
    ["without addresses", withPlugin({ type: "bridge", ipam: {} })],
    ["with capabilities", withPlugin({ ...bridge, capabilities: { mac: true, ips: false } })],
  ])("%s is taken", (_, value) => {
    expect(complaints("conflist.json", value)).toEqual([]);
  });

  test.each<[string, object]>([
    ["without a name", { plugins: [bridge] }],
    ["with a name that is none", { ...list, name: "../net" }],
    ["without plugins", { name: "net" }],
    ["with no plugin in it", { ...list, plugins: [] }],
    ["with a plugin of no type", withPlugin({ bridge: "br0" })],
    ["with a path for a type", withPlugin({ type: "/opt/cni/bin/bridge" })],
    ["with a flag that is none", { ...list, disableCheck: "yes" }],
    [
      "with a capability that is none",
      withPlugin({ type: "portmap", capabilities: { portMappings: "yes" } }),
    ],
    ["with a bridge that has a wrong key", withPlugin({ ...bridge, isGateway: "yes" })],
    ["with a range that has a wrong key", withPlugin({ ...bridge, ipam: { ...hostLocal, subnet: 7 } })],
    [
      "with addresses of host-local for another plugin",
      withPlugin({ type: "macvlan", ipam: { ...hostLocal, ranges: {} } }),
    ],
  ])("%s is refused", (_, value) => {
    expect(complaints("conflist.json", value)).not.toEqual([]);
  });
});

describe("a network of one plugin", () => {
  const network = { cniVersion: "1.0.0", name: "net", ...bridge };

  test("fits the schema of its plugin, and that of its IPAM plugin", () => {
    expect(complaints("bridge.json", network)).toEqual([]);
    expect(complaints("host-local.json", { ...network, type: "ptp" })).toEqual([]);
  });

  test.each([
    ["bridge.json", { ...network, type: "ptp" }],
    ["bridge.json", { ...network, hairpinMode: 1 }],
    ["bridge.json", { ...network, ipam: { ...hostLocal, dataDir: 1 } }],
    ["host-local.json", { ...network, ipam: { ...hostLocal, type: "dhcp" } }],
    ["host-local.json", { ...network, ipam: undefined }],
    ["host-local.json", { ...network, ipam: { ...hostLocal, routes: [{ gw: "10.0.0.1" }] } }],
  ])("by %s, %j is refused", (name, value) => {
    expect(complaints(name, JSON.parse(JSON.stringify(value)))).not.toEqual([]);
  });
});

function withPlugin(plugin: object): object {
  return { ...list, plugins: [plugin] };
}

function read(name: string): JsonSchema {
  return JSON.parse(readFileSync(join(directory, name), "utf8"));
}

/** What an independent validator of JSON Schema has against a value. */
function complaints(name: string, value: object): unknown[] {
  const schema = read(name);
  const [fits, errors] = Schema.Errors(schema, value);
  expect(fits).toBe(Schema.Check(schema, value));
  return fits ? [] : errors;
}

/** The paths of the keys that a schema has without a description. */
function silentKeys(path: string, { properties = {}, items }: JsonSchema): string[] {
  const members = Object.entries(properties).flatMap(([key, each]) => [
    ...(each.description === undefined ? [`${path}/${key}`] : []),
    ...silentKeys(`${path}/${key}`, each),
  ]);
  return [...members, ...(items === undefined ? [] : silentKeys(`${path}/0`, items))];
}
