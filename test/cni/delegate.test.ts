import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { call, forward } from "../../lib/cni/delegate.ts";
import type { Plugin } from "../../lib/cni/plugin.ts";
import type { NetworkName, NetworkRequest, Verb } from "../../lib/cni/request.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { test, writeScript } from "./scratch.ts";

const verbs: readonly Verb[] = ["DEL", "CHECK", "GC", "STATUS"];
const input = '{"cniVersion":"1.1.0", "name":"net", "type":"outer", "cni.dev/valid-attachments":[]}';

describe.each(verbs)("%s is handed on", (verb) => {
  test("to the plugin of that type in CNI_PATH, with the call as it came", ({ directory }) => {
    writeScript(`${directory}/inner`, [
      `cat > ${directory}/input`,
      `env | grep ^CNI_ | sort > ${directory}/environment`,
      "echo whatever it prints",
    ]);
    const own = request(verb, directory);
    forward("inner", own, []);
    expect(own).toEqual(request(verb, directory));
    expect(readFileSync(`${directory}/input`, "utf8")).toBe(input);
    expect(readFileSync(`${directory}/environment`, "utf8").trim().split("\n")).toEqual([
      "CNI_ARGS=",
      `CNI_COMMAND=${verb}`,
      "CNI_CONTAINERID=c1",
      "CNI_IFNAME=eth0",
      "CNI_NETNS=/run/netns/c1",
      `CNI_PATH=${directory}`,
    ]);
  });

  test("and what it reports comes back, with its code", ({ directory }) => {
    writeScript(`${directory}/inner`, [`echo '{"code":50,"msg":"full","details":"0 free"}'`, "exit 1"]);
    expect(() => forward("inner", request(verb, directory), [])).toThrow(
      expect.objectContaining({ code: 50, message: "full", details: "0 free" }),
    );
  });

  test("unless there is no such plugin", ({ directory }) => {
    expect(() => forward("inner", request(verb, directory), [])).toThrow(
      `failed to find plugin "inner" in path [${directory}]`,
    );
  });

  test("to a plugin that is carried, by its handler, with the same outcome", ({ directory }) => {
    const heard: Verb[] = [];
    const note = (each: NetworkRequest<unknown>) => {
      heard.push(each.verb);
    };
    const carried: Plugin<unknown> = {
      name: "inner",
      schema: { type: "object" },
      add: () => emptyResult,
      del: note,
      check: note,
      gc: note,
      status: note,
    };
    const { call: own } = request("ADD", directory);
    expect(call({ carried, path: `${directory}/inner` }, verb, own, "1.1.0")).toEqual(emptyResult);
    expect(heard).toEqual([verb]);
    const broken = { ...own, input: '{"name":"net","cniVersion":"9.9.9"}' };
    const attempt = () => call({ carried, path: "" }, verb, broken, "1.1.0");
    if (verb !== "DEL") expect(attempt).toThrow(expect.objectContaining({ code: 1 }));
  });
});

describe("the result of ADD", () => {
  test.for([
    ['{"ip4":{"ip":"10.1.2.3/24"}}', "0.1.0"],
    ['{"cniVersion":"","ips":[{"address":"10.1.2.3/24"}]}', "0.3.1"],
    ['{"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/24"}}', "1.1.0"],
  ] as const)(
    "%s is one of its own version, or else of the configuration's, %s",
    ([printed, version], { directory }) => {
      const path = writeScript(`${directory}/inner`, [`echo '${printed}'`]);
      const { call: own } = request("ADD", directory);
      const { ips } = call({ carried: undefined, path }, "ADD", own, version);
      expect(ips.map(({ address }) => formatPrefix(address))).toEqual(["10.1.2.3/24"]);
    },
  );
});

function request(verb: Verb, cniPath: string): NetworkRequest<unknown> {
  const environment = {
    PATH: "/usr/bin:/bin",
    CNI_COMMAND: "NOPE",
    CNI_CONTAINERID: "c1",
    CNI_NETNS: "/run/netns/c1",
    CNI_IFNAME: "eth0",
    CNI_ARGS: "",
    CNI_PATH: cniPath,
  };
  return { verb, version: "1.1.0", config: {}, network: "net" as NetworkName, call: { environment, input } };
}
