import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { system } from "#system";
import { answer, type Plugin } from "../../lib/cni/plugin.ts";
import type { NetworkRequest, Request, ValidAttachment, Verb } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";

interface Config {
  readonly mtu?: number;
}

/** What a plugin was called with. */
interface Heard {
  readonly verb: string;
  readonly request: NetworkRequest<Config> | Request<Config>;
  readonly previous?: Result | undefined;
  readonly valid?: readonly ValidAttachment[];
}

let heard: Heard[];
let warnings: MockInstance<(text: string) => void>;

beforeEach(() => {
  heard = [];
  warnings = vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const plugin: Plugin<Config> = {
  name: "noop",
  schema: { type: "object", properties: { mtu: { type: "integer" } } },
  add: (request) => {
    heard.push({ verb: "add", request });
    return emptyResult;
  },
  del: (request) => {
    heard.push({ verb: "del", request });
  },
  check: (request, previous) => {
    heard.push({ verb: "check", request, previous });
  },
  gc: (request, valid) => {
    heard.push({ verb: "gc", request, valid });
  },
  status: (request) => {
    heard.push({ verb: "status", request });
  },
};

const verbs: readonly Verb[] = ["ADD", "DEL", "CHECK", "GC", "STATUS"];
const nobody = { "cni.dev/valid-attachments": [] };

function call(verb: string, config: object = {}, environment: Record<string, string> = {}) {
  return answer(plugin, {
    environment: {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: "c1",
      CNI_NETNS: "/run/netns/c1",
      CNI_IFNAME: "eth0",
      CNI_PATH: "/opt/cni/bin",
      ...environment,
    },
    input: JSON.stringify({ cniVersion: "1.1.0", name: "net", ...config }),
  });
}

describe.each(verbs)("%s", (verb) => {
  test("reaches its handler and no other, once", () => {
    call(verb, nobody);
    expect(heard.map((each) => each.verb)).toEqual([verb.toLowerCase()]);
    expect(heard[0]?.request).toMatchObject({ verb, version: "1.1.0", network: "net", config: {} });
  });

  test("has a result when it is ADD, and none otherwise", () => {
    expect(call(verb, nobody)).toEqual({
      version: "1.1.0",
      result: verb === "ADD" ? emptyResult : undefined,
    });
  });

  test("fails with what the handler throws", () => {
    const failure = new Error("out of order");
    const failing = vi.spyOn(plugin, verb.toLowerCase() as "add").mockImplementation(() => {
      throw failure;
    });
    expect(() => call(verb, nobody)).toThrow(failure);
    failing.mockRestore();
  });

  test("is checked in full before the handler sees it", () => {
    if (verb === "DEL") return;
    expect(() => call(verb, { ...nobody, mtu: "x" })).toThrow("/mtu must be an integer");
    expect(() => call(verb, { ...nobody, cniVersion: "7.0.0" })).toThrow(
      expect.objectContaining({ code: 1 }),
    );
    expect(() => call(verb, nobody, { CNI_PATH: "" })).toThrow("[CNI_PATH] missing");
    expect(heard).toEqual([]);
  });
});

describe.each(["ADD", "DEL", "CHECK"])("%s is about an attachment", (verb) => {
  test("whose every part the handler gets", () => {
    call(verb, { mtu: 7 }, { CNI_ARGS: "IP=10.1.2.3" });
    expect(heard[0]?.request).toMatchObject({
      attachment: { network: "net", container: "c1", interface: "eth0" },
      netnsPath: "/run/netns/c1",
      arguments: new Map([["IP", "10.1.2.3"]]),
      config: { mtu: 7 },
    });
  });
});

describe.each(["GC", "STATUS"])("%s is about a network", (verb) => {
  test("so what is said of a container counts for nothing", () => {
    call(verb, nobody, { CNI_CONTAINERID: "../x", CNI_IFNAME: "a/b", CNI_ARGS: "nonsense", CNI_NETNS: "" });
    call(verb, nobody, { CNI_CONTAINERID: "", CNI_IFNAME: "", CNI_ARGS: "", CNI_NETNS: "" });
    expect(heard).toHaveLength(2);
    expect(heard[0]?.request).not.toHaveProperty("attachment");
    expect(heard[0]?.request).not.toHaveProperty("arguments");
  });
});

describe("what is no verb", () => {
  test.each(["NOPE", "add", "VERSION", "toString"])("is refused: %s", (verb) => {
    expect(() => call(verb)).toThrow(
      expect.objectContaining({ code: 4, message: `unknown CNI_COMMAND: ${verb}` }),
    );
  });

  test("needs no variables, but a configuration that has a name", () => {
    const environment = { CNI_COMMAND: "NOPE" };
    const attempt = (input: string) => () => answer(plugin, { environment, input });
    expect(attempt("{")).toThrow(expect.objectContaining({ code: 6 }));
    expect(attempt("{}")).toThrow(expect.objectContaining({ code: 7, message: "missing network name" }));
    expect(attempt('{"name":"te%%st"}')).toThrow("invalid characters found in network name");
    expect(attempt('{"name":"net","cniVersion":"9.9.9"}')).toThrow("unknown CNI_COMMAND: NOPE");
  });
});

describe("CHECK gets the previous result", () => {
  const ips = [{ address: "10.1.2.3/24", gateway: "10.1.2.1", interface: 0 }];

  function previous(config: object): string[] | undefined {
    call("CHECK", config);
    return heard[0]?.previous?.ips.map(({ address }) => formatPrefix(address));
  }

  test.each([{}, { prevResult: null }])("unless there is none: %j", (config) => {
    expect(previous(config)).toBeUndefined();
    expect(heard).toHaveLength(1);
  });

  test("in the version of the configuration", () => {
    expect(previous({ prevResult: { cniVersion: "1.1.0", ips } })).toEqual(["10.1.2.3/24"]);
  });

  test("in another version of the same form", () => {
    const result = { cniVersion: "1.0.0", interfaces: [{ name: "eth0", pciID: "1", socketPath: "/s" }], ips };
    expect(previous({ prevResult: result })).toEqual(["10.1.2.3/24"]);
    expect(heard[0]?.previous?.interfaces).toEqual([{ name: "eth0", pciID: "1", socketPath: "/s" }]);
  });

  test.each([{}, { cniVersion: "" }, { cniVersion: null }])(
    "with %j in that of the configuration",
    (version) => {
      expect(previous({ prevResult: { ...version, ips } })).toEqual(["10.1.2.3/24"]);
    },
  );

  test("whatever the case of its key, and whatever else it says", () => {
    const result = { ips: [{ version: "4", address: "10.1.2.3/24", other: true }], other: {} };
    expect(previous({ PrevResult: result, cniVersion: "1.0.0" })).toEqual(["10.1.2.3/24"]);
  });

  test("of 0.4.0 and before for a configuration of 0.4.0", () => {
    const old = { cniVersion: "0.3.1", ips: [{ version: "4", address: "10.1.2.3/24" }] };
    expect(previous({ cniVersion: "0.4.0", prevResult: old })).toEqual(["10.1.2.3/24"]);
  });

  const present = "[1.0.0 1.1.0]";
  test.each([
    ["1.1.0", "0.2.0", present],
    ["1.1.0", "0.4.0", present],
    ["1.0.0", "5678.456", present],
    ["0.4.0", "1.0.0", "[0.3.0 0.3.1 0.4.0]"],
    ["0.4.0", "0.1.0", "[0.3.0 0.3.1 0.4.0]"],
  ])("but not, for a configuration of %s, one of %s", (cniVersion, other, list) => {
    expect(() => call("CHECK", { cniVersion, prevResult: { cniVersion: other, ips: [] } })).toThrow(
      expect.objectContaining({
        code: 6,
        message: `could not parse prevResult: result type supports ${list} but unmarshalled CNIVersion is "${other}"`,
      }),
    );
    expect(heard).toEqual([]);
  });

  test.each<[unknown, string]>([
    [7, "could not parse prevResult: / must be an object"],
    [[], "could not parse prevResult: / must be an object"],
    [
      { ips: [{ address: 7 }] },
      "could not parse prevResult: /ips/0/address must be an address with a prefix length",
    ],
    [
      { interfaces: [{ name: "eth0", mtu: "1500" }] },
      "could not parse prevResult: /interfaces/0/mtu must be an integer",
    ],
  ])("but not %j", (prevResult, message) => {
    expect(() => call("CHECK", { prevResult })).toThrow(expect.objectContaining({ code: 6, message }));
    expect(heard).toEqual([]);
  });

  test.each([7, { cniVersion: "0.2.0" }, { ips: 1 }])(
    "and DEL takes no notice of one like %j",
    (prevResult) => {
      call("DEL", { prevResult });
      expect(heard.map(({ verb }) => verb)).toEqual(["del"]);
    },
  );
});

describe("GC gets the attachments that are valid", () => {
  test("as the runtime lists them", () => {
    const list = [
      { containerID: "c1", ifname: "eth0" },
      { containerID: "c2", ifname: "eth1", other: true },
    ];
    call("GC", { "cni.dev/valid-attachments": list, "cni.dev/attachments": [] });
    expect(heard[0]?.valid).toEqual([
      { container: "c1", interface: "eth0" },
      { container: "c2", interface: "eth1" },
    ]);
    expect(warnings).not.toHaveBeenCalled();
  });

  test("of which there may be none", () => {
    call("GC", nobody);
    expect(heard[0]?.valid).toEqual([]);
  });

  test("whatever the case of the keys", () => {
    call("GC", { "CNI.dev/valid-attachments": [{ ContainerId: "c1", ifName: "eth0" }] });
    expect(heard[0]?.valid).toEqual([{ container: "c1", interface: "eth0" }]);
  });

  test.each([{}, { "cni.dev/valid-attachments": null }, { "cni.dev/attachments": [] }])(
    "and is not called where it cannot know them: %j",
    (config) => {
      expect(call("GC", config)).toEqual({ version: "1.1.0", result: undefined });
      expect(heard).toEqual([]);
      expect(warnings.mock.calls).toEqual([
        ["noop: GC removed nothing: the configuration has no /cni.dev~1valid-attachments\n"],
      ]);
    },
  );

  const valid = { containerID: "c1", ifname: "eth0" };
  test.each<[unknown, string]>([
    [{}, "/cni.dev~1valid-attachments must be an array"],
    ["", "/cni.dev~1valid-attachments must be an array"],
    [[valid, null], "/cni.dev~1valid-attachments/1 must be an object"],
    [[valid, "c2"], "/cni.dev~1valid-attachments/1 must be an object"],
    [[{ containerID: "c1" }], "/cni.dev~1valid-attachments/0/ifname is missing"],
    [[{ containerID: null, ifname: "eth0" }], "/cni.dev~1valid-attachments/0/containerID is missing"],
    [[{ containerID: 7, ifname: "eth0" }], "/cni.dev~1valid-attachments/0/containerID must be a string"],
    [
      [{ containerID: "", ifname: "eth0" }],
      "/cni.dev~1valid-attachments/0/containerID must be a container id",
    ],
    [
      [{ containerID: "../c1", ifname: "eth0" }],
      "/cni.dev~1valid-attachments/0/containerID must be a container id",
    ],
    [
      [valid, { containerID: "c1", ifname: "" }],
      "/cni.dev~1valid-attachments/1/ifname must be the name of an interface",
    ],
    [
      [{ containerID: "c1", ifname: "a/b" }],
      "/cni.dev~1valid-attachments/0/ifname must be the name of an interface",
    ],
  ])("and is not called where one of them is none: %j", (list, message) => {
    expect(() => call("GC", { "cni.dev/valid-attachments": list })).toThrow(
      expect.objectContaining({ code: 7, message }),
    );
    expect(heard).toEqual([]);
  });
});

describe("CNI_ARGS that make no sense", () => {
  test.each(["ADD", "CHECK"])("are refused by %s", (verb) => {
    expect(() => call(verb, {}, { CNI_ARGS: "A=1" })).toThrow(expect.objectContaining({ code: 4 }));
    expect(heard).toEqual([]);
  });

  test("are none for DEL, with a warning", () => {
    call("DEL", {}, { CNI_ARGS: "A=1" });
    expect(heard[0]?.request).toMatchObject({ arguments: new Map() });
    expect(warnings.mock.calls.flat()).toEqual([expect.stringContaining("ignored CNI_ARGS")]);
  });
});
