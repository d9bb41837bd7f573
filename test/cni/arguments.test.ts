import { describe, expect, test } from "vitest";
import { parseArguments } from "../../lib/cni/arguments.ts";

describe("CNI_ARGS", () => {
  test.each<[string, Record<string, string>]>([
    ["", {}],
    ["IP=10.1.2.3", { IP: "10.1.2.3" }],
    ["MAC=02:00:00:00:00:01;IP=10.1.2.3", { MAC: "02:00:00:00:00:01", IP: "10.1.2.3" }],
    ["IP=10.1.2.3;IP=10.1.2.4", { IP: "10.1.2.4" }],
    ["IP=", { IP: "" }],
    ["IgnoreUnknown=0;IP=10.1.2.3", { IgnoreUnknown: "0", IP: "10.1.2.3" }],
    ["IgnoreUnknown=1;K8S_POD_NAME=web", { IgnoreUnknown: "1", K8S_POD_NAME: "web" }],
    ["K8S_POD_NAME=web;IgnoreUnknown=TRUE", { IgnoreUnknown: "TRUE", K8S_POD_NAME: "web" }],
    ["IgnoreUnknown=true;__proto__=x", { IgnoreUnknown: "true", ["__proto__"]: "x" }],
  ])("%j is understood", (text, pairs) => {
    expect(Object.fromEntries(parseArguments(text))).toEqual(pairs);
  });

  test.each([
    ["IP", 'ARGS: invalid pair "IP"'],
    ["IP=10.1.2.3;", 'ARGS: invalid pair ""'],
    [";", 'ARGS: invalid pair ""'],
    ["IP=a=b", 'ARGS: invalid pair "IP=a=b"'],
    ["IgnoreUnknown=1;IP", 'ARGS: invalid pair "IP"'],
    ["ip=10.1.2.3", 'ARGS: unknown args ["ip=10.1.2.3"]'],
    ["K=1;IP=10.1.2.3;L=2", 'ARGS: unknown args ["K=1" "L=2"]'],
    ["IgnoreUnknown=false;K=1", 'ARGS: unknown args ["K=1"]'],
    ["ignoreunknown=1;K=1", 'ARGS: unknown args ["ignoreunknown=1" "K=1"]'],
    ["__proto__=1", 'ARGS: unknown args ["__proto__=1"]'],
    [
      "IgnoreUnknown=yes",
      'ARGS: error parsing value of pair "IgnoreUnknown=yes": boolean unmarshal error: invalid input yes',
    ],
  ])("%j is refused in the Go library's words", (text, message) => {
    expect(() => parseArguments(text)).toThrow(expect.objectContaining({ code: 4, message }));
  });
});
