import fc from "fast-check";
import { Type } from "typebox";
import Value from "typebox/value";
import { describe, expect, test } from "vitest";
import { HostLocalConfig } from "../../ipam/host-local/config.schema.ts";
import { decode } from "../../lib/cni/decode.ts";
import type { Json } from "../../lib/cni/json.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { Incarnation } from "../../lxc/container/incarnation.schema.ts";
import { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { nearly } from "./arbitrary.ts";

/** Values that may be of several kinds. */
const Mixed = Type.Object({
  mtu: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal("auto")])),
  masquerade: Type.Optional(
    Type.Union([
      Type.Boolean(),
      Type.Object({ v4: Type.Optional(Type.Boolean()), v6: Type.Optional(Type.Boolean()) }),
    ]),
  ),
  ports: Type.Array(Type.Union([Type.String(), Type.Object({ id: Type.Optional(Type.Integer()) })])),
});

const schemas = {
  bridge: BridgeConfig,
  "host-local": HostLocalConfig,
  incarnation: Incarnation,
  "a configuration with alternatives": Mixed,
};

describe.each(Object.entries(schemas))("a value for the schema of %s", (_, schema) => {
  test("is taken when TypeBox takes it, as it is, and refused when TypeBox refuses it", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(nearly(schema), (value) => {
        const fits = Value.Check(schema, value);
        seen[fits ? "taken" : "refused"] += 1;
        if (fits) expect(strictly(schema, value)).toEqual({ value, warnings: [] });
        else expect(() => strictly(schema, value)).toThrow(expect.objectContaining({ code: 7 }));
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.taken, seen.refused), JSON.stringify(seen)).toBeGreaterThan(5);
  });

  test("is, when read leniently, at most incomplete afterwards", () => {
    fc.assert(
      fc.property(nearly(schema), (value) => {
        const { value: left = {}, warnings } = leniently(schema, value);
        const complaints = Value.Errors(schema, left).filter(({ keyword }) => keyword !== "required");
        expect(complaints).toEqual([]);
        if (Value.Check(schema, value)) expect(warnings).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a refusal says where, which rule, and what was found", () => {
  const server = {
    type: "object",
    properties: { port: { type: "integer", minimum: 1, maximum: 65535 } },
  } as const;
  const schema: Schema = {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 2, maxLength: 4, pattern: "^[a-z]+$" },
      kind: { enum: ["a", "b"] },
      fixed: { const: "c" },
      either: { anyOf: [{ type: "string" }, { type: "boolean" }] },
      ratio: { type: "number" },
      servers: { type: "array", items: server },
    },
  };
  const long = "x".repeat(200);

  test.each<[Json, string, string]>([
    [7, "/ must be an object", "found 7"],
    [null, "/ must be an object", "found null"],
    [{}, "/name is missing", "the configuration must have it"],
    [{ name: null }, "/name is missing", "the configuration must have it"],
    [{ name: ["net"] }, "/name must be a string", 'found ["net"]'],
    [{ name: "n" }, "/name must have at least 2 characters", 'found "n"'],
    [{ name: "netto" }, "/name must have at most 4 characters", 'found "netto"'],
    [{ name: "NET" }, "/name must match ^[a-z]+$", 'found "NET"'],
    [{ name: "net", kind: "c" }, '/kind must be one of "a", "b"', 'found "c"'],
    [{ name: "net", fixed: "d" }, '/fixed must be "c"', 'found "d"'],
    [{ name: "net", either: 1 }, '/either must fit one of "string", "boolean"', "found 1"],
    [{ name: "net", ratio: "1" }, "/ratio must be a number", 'found "1"'],
    [{ name: "net", servers: {} }, "/servers must be an array", "found {}"],
    [{ name: "net", servers: [{}, { port: 1.5 }] }, "/servers/1/port must be an integer", "found 1.5"],
    [
      { name: "net", servers: [{ port: 2 ** 53 }] },
      "/servers/0/port must be an integer",
      "found 9007199254740992",
    ],
    [{ name: "net", servers: [{ port: 0 }] }, "/servers/0/port must be at least 1", "found 0"],
    [{ name: "net", servers: [{ port: 65536 }] }, "/servers/0/port must be at most 65535", "found 65536"],
    [{ name: "net", servers: [null] }, "/servers/0 must be an object", "found null"],
    [{ name: [long] }, "/name must be a string", `found ["${"x".repeat(75)}...`],
  ])("%j: %s", (value, message, details) => {
    expect(() => strictly(schema, value)).toThrow(expect.objectContaining({ code: 7, message, details }));
  });
});

describe("keys", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      ipMasq: { type: "boolean" },
      dns: { type: "object", properties: { domain: { type: "string" } } },
    },
  };

  test("of known members are matched whatever their case, with a warning", () => {
    expect(strictly(schema, { IPMasq: true, DNS: { Domain: "example.org" } })).toEqual({
      value: { ipMasq: true, dns: { domain: "example.org" } },
      warnings: ["/IPMasq is read as /ipMasq", "/DNS is read as /dns", "/dns/Domain is read as /dns/domain"],
    });
  });

  test("are named in a refusal as the schema spells them", () => {
    expect(() => strictly(schema, { IPMASQ: 1 })).toThrow("/ipMasq must be a boolean");
  });

  test("that differ in case only: the last one counts, and null does not", () => {
    expect(strictly(schema, { ipMasq: true, IPMASQ: false }).value).toEqual({ ipMasq: false });
    expect(strictly(schema, { IPMASQ: false, ipMasq: true }).value).toEqual({ ipMasq: true });
    expect(strictly(schema, { ipMasq: true, IPMASQ: null }).value).toEqual({ ipMasq: true });
  });

  test("that are not known stay, with their null, and in their case", () => {
    const value = { Capabilities: null, "cni.dev/Valid-Attachments": [null, { A: null }] };
    expect(strictly(schema, value)).toEqual({ value, warnings: [] });
  });

  test("of known members that are null are absent", () => {
    expect(strictly(schema, { ipMasq: null, dns: { domain: null } }).value).toEqual({ dns: {} });
  });

  test("that every object seems to have are keys like any other", () => {
    const text =
      '{"__proto__":{"ipMasq":true},"constructor":1,"toString":null,"dns":{"__proto__":{"domain":1}}}';
    const { value } = strictly(schema, JSON.parse(text));
    expect(JSON.stringify(value)).toBe(text);
    expect(value).not.toHaveProperty("ipMasq", true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("do not count as required members that are there", () => {
    expect(() => strictly({ type: "object", required: ["toString"], properties: {} }, {})).toThrow(
      "/toString is missing",
    );
  });
});

describe("of alternatives", () => {
  const ports: string[] = [];

  test.each<Json>([
    { mtu: 1400, masquerade: true, ports },
    { mtu: "auto", masquerade: {}, ports },
    { masquerade: { v4: false, v6: true }, ports: ["a", { id: 1 }] },
  ])("each one is taken: %j", (value) => {
    expect(strictly(Mixed, value)).toEqual({ value, warnings: [] });
  });

  test("the members of an object are read as those of any other", () => {
    expect(strictly(Mixed, { masquerade: { V4: true, v6: null, other: null }, ports: [{ ID: 7 }] })).toEqual({
      value: { masquerade: { v4: true, other: null }, ports: [{ id: 7 }] },
      warnings: ["/masquerade/V4 is read as /masquerade/v4", "/ports/0/ID is read as /ports/0/id"],
    });
  });

  test.each<[Json, string, string]>([
    [{ mtu: true }, '/mtu must fit one of "integer", "auto"', "found true"],
    [{ mtu: "Auto" }, '/mtu must fit one of "integer", "auto"', 'found "Auto"'],
    [{ mtu: -1 }, "/mtu must be at least 0", "found -1"],
    [{ mtu: 70000 }, "/mtu must be at most 65535", "found 70000"],
    [{ mtu: 0.5 }, "/mtu must be an integer", "found 0.5"],
    [{ masquerade: "yes" }, '/masquerade must fit one of "boolean", "object"', 'found "yes"'],
    [{ masquerade: { v4: "yes" } }, "/masquerade/v4 must be a boolean", 'found "yes"'],
    [{ masquerade: { V6: 1 } }, "/masquerade/v6 must be a boolean", "found 1"],
    [{ ports: ["a", null] }, '/ports/1 must fit one of "string", "object"', "found null"],
  ])("none fits %j: %s", (value, message, details) => {
    const whole = { ports, ...(value as object) };
    expect(() => strictly(Mixed, whole)).toThrow(expect.objectContaining({ code: 7, message, details }));
  });

  test("an object has to have what is required of it", () => {
    const schema = Type.Union([Type.Boolean(), Type.Object({ id: Type.Integer() })]);
    expect(() => strictly(schema, {})).toThrow("/id is missing");
    expect(leniently(schema, {}).value).toEqual({});
  });

  test("read leniently, only what does not fit is left out", () => {
    expect(
      leniently(Mixed, { mtu: "x", masquerade: { v4: 1, v6: true }, ports: [1, { id: "x" }, "a"] }),
    ).toEqual({
      value: { masquerade: { v6: true }, ports: [{}, "a"] },
      warnings: [
        'ignored /mtu: must fit one of "integer", "auto", found "x"',
        "ignored /masquerade/v4: must be a boolean, found 1",
        'ignored /ports/0: must fit one of "string", "object", found 1',
        'ignored /ports/1/id: must be an integer, found "x"',
      ],
    });
  });
});

test("a path is a JSON pointer: a slash in a key is escaped", () => {
  const schema = Type.Object({ "a/b~c": Type.String(), "cni.dev/x": Type.Optional(Type.Boolean()) });
  expect(() => strictly(schema, { "a/b~c": "", "cni.dev/x": 1 })).toThrow("/cni.dev~1x must be a boolean");
  expect(() => strictly(schema, {})).toThrow("/a~1b~0c is missing");
});

describe("read leniently, a value", () => {
  const schema: Schema = {
    type: "object",
    required: ["name", "ports"],
    properties: { name: { type: "string" }, ports: { type: "array", items: { type: "integer" } } },
  };

  test("loses what does not fit, with a warning each", () => {
    expect(leniently(schema, { name: 7, ports: [1, "2", 3], other: true })).toEqual({
      value: { ports: [1, 3], other: true },
      warnings: [
        "ignored /name: must be a string, found 7",
        'ignored /ports/1: must be an integer, found "2"',
      ],
    });
  });

  test("may lack what is required", () => {
    expect(leniently(schema, {})).toEqual({ value: {}, warnings: [] });
  });

  test("is nothing when nothing of it fits", () => {
    expect(leniently(schema, [1])).toEqual({
      value: undefined,
      warnings: ["ignored /: must be an object, found [1]"],
    });
  });
});

test("a value as deep as a parser takes it is refused, and breaks nothing", () => {
  const deep: Json = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  const refused = () => strictly(BridgeConfig, { name: "net", bridge: deep });
  expect(refused).toThrow(expect.objectContaining({ code: 7, message: "/bridge must be a string" }));
  expect(leniently(BridgeConfig, { name: "net", bridge: deep }).value).toEqual({ name: "net" });
  expect(strictly(BridgeConfig, { name: "net", other: deep }).warnings).toEqual([]);
});

function strictly(schema: Schema, value: Json) {
  return read(schema, value, false);
}

function leniently(schema: Schema, value: Json) {
  return read(schema, value, true);
}

function read(schema: Schema, value: Json, lenient: boolean): { value: Json; warnings: string[] } {
  const warnings: string[] = [];
  return { value: decode<Json>(schema, value, { lenient, warn: (text) => warnings.push(text) }), warnings };
}
