import { describe, expect, test } from "vitest";
import { parseConfiguration, parseDocument } from "../../lib/cni/configuration.ts";
import type { Verb } from "../../lib/cni/request.ts";
import { supportedVersions } from "../../lib/cni/version.ts";
import { BridgeConfig } from "../../plugins/bridge/config.schema.ts";

describe.each<Verb>(["ADD", "DEL"])("%s", (verb) => {
  test.each(["", "{", "{}x", "nope", '{"name":"net",}'])("of %j: it is no JSON", (input) => {
    expect(() => read(verb, input)).toThrow(
      expect.objectContaining({
        code: 6,
        message: expect.stringMatching(/^error unmarshall network config: ./),
      }),
    );
  });

  test.each(["[]", "null", "7", '"net"'])("of %s: it is no object", (input) => {
    expect(() => read(verb, input)).toThrow(
      expect.objectContaining({
        code: 6,
        message: expect.stringMatching(/^error unmarshall network config: ./),
      }),
    );
  });

  test.each([
    ["{}", "missing network name", ""],
    ['{"name":""}', "missing network name", ""],
    ['{"name":null}', "missing network name", ""],
    ['{"name":7}', "missing network name", ""],
    ['{"name":"../net"}', "invalid characters found in network name", "../net"],
    ['{"name":"-net"}', "invalid characters found in network name", "-net"],
    ['{"name":"net "}', "invalid characters found in network name", "net "],
  ])("of %s: it has no usable name", (input, message, details) => {
    expect(() => read(verb, input)).toThrow(expect.objectContaining({ code: 7, message, details }));
  });

  test.each(supportedVersions)("of version %s keeps it", (cniVersion) => {
    expect(read(verb, { name: "net", cniVersion })).toMatchObject({ version: cniVersion });
  });

  test.each([{}, { cniVersion: "" }, { cniVersion: null }])(
    "of a configuration with %j means 0.1.0",
    (version) => {
      expect(read(verb, { name: "net", ...version })).toMatchObject({ version: "0.1.0" });
    },
  );

  test.each(["9.0.0", "1.1", "1.1.0-rc1", "v1.0.0", " 1.0.0", "1.2.0"])(
    "of version %j, which is not spoken: refused, but for DEL, which takes it for the newest",
    (version) => {
      if (verb === "DEL")
        return expect(read(verb, { name: "net", cniVersion: version }).version).toBe("1.1.0");
      return expect(() => read(verb, { name: "net", cniVersion: version })).toThrow(
        expect.objectContaining({
          code: 1,
          message: "incompatible CNI versions",
          details: `config is "${version}", plugin supports ["0.1.0" "0.2.0" "0.3.0" "0.3.1" "0.4.0" "1.0.0" "1.1.0"]`,
        }),
      );
    },
  );

  test("of a version that is no text: refused, but for DEL", () => {
    if (verb === "DEL") return expect(read(verb, { name: "net", cniVersion: 1 }).version).toBe("1.1.0");
    return expect(() => read(verb, { name: "net", cniVersion: 1 })).toThrow(
      expect.objectContaining({
        code: 6,
        message: expect.stringMatching(/^decoding version from network config: /),
        details: "found 1",
      }),
    );
  });

  test("finds name and version whatever their case, the last of several, and not null", () => {
    expect(read(verb, '{"Name":"net","CNIVERSION":"1.0.0"}')).toMatchObject({
      network: "net",
      version: "1.0.0",
    });
    const twice = '{"name":"a","NAME":"b","Name":null,"cniVersion":"1.0.0","cniversion":null}';
    expect(read(verb, twice)).toMatchObject({ network: "b", version: "1.0.0", config: { name: "b" } });
  });

  test("is not misled by what every object seems to have", () => {
    const input = '{"name":"net","__proto__":{"ipMasq":true,"bridge":"evil0"},"constructor":{"name":"x"}}';
    const { config } = read(verb, input);
    expect(config.ipMasq).not.toBe(true);
    expect(config.bridge).not.toBe("evil0");
  });
});

const broken = { name: "net", cniVersion: "1.0.0", bridge: 7, mtu: -1, ipam: { type: "host-local" } };

test("ADD refuses a configuration that breaks the schema", () => {
  expect(() => read("ADD", broken)).toThrow(
    expect.objectContaining({ code: 7, message: "/bridge must be a string", details: "found 7" }),
  );
});

test("DEL leaves out what breaks the schema, and says so", () => {
  expect(read("DEL", broken)).toEqual({
    network: "net",
    version: "1.0.0",
    config: { name: "net", cniVersion: "1.0.0", ipam: { type: "host-local" } },
    warnings: ["ignored /bridge: must be a string, found 7", "ignored /mtu: must be at least 0, found -1"],
  });
});

function read(verb: Verb, input: string | object) {
  const warnings: string[] = [];
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const { network, document } = parseDocument(text);
  const configuration = parseConfiguration<BridgeConfig>(BridgeConfig, verb, document, (warning) =>
    warnings.push(warning),
  );
  return { network, ...configuration, warnings };
}
