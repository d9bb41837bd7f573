import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../lib/cni/environment.ts";

const complete = {
  CNI_COMMAND: "ADD",
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/run/netns/c1",
  CNI_IFNAME: "eth0",
  CNI_PATH: "/opt/cni/bin",
};

test("a complete environment is taken apart", () => {
  expect(parseEnvironment({ ...complete, CNI_ARGS: "IP=10.1.2.3", PATH: "/bin" })).toEqual({
    verb: "ADD",
    container: "c1",
    interface: "eth0",
    netnsPath: "/run/netns/c1",
    argumentsText: "IP=10.1.2.3",
  });
});

describe("what is missing is named, in the order of the Go library", () => {
  test.each([
    ["ADD", [], "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"],
    ["CHECK", [], "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"],
    ["DEL", [], "CNI_CONTAINERID,CNI_IFNAME,CNI_PATH"],
    ["GC", [], "CNI_PATH"],
    ["STATUS", [], "CNI_PATH"],
    ["ADD", ["CNI_CONTAINERID", "CNI_PATH"], "CNI_NETNS,CNI_IFNAME"],
    ["CHECK", ["CNI_CONTAINERID"], "CNI_NETNS,CNI_IFNAME,CNI_PATH"],
    ["DEL", ["CNI_NETNS", "CNI_IFNAME", "CNI_CONTAINERID"], "CNI_PATH"],
  ] as const)("%s with %j only", (verb, given, names) => {
    const some = Object.fromEntries(given.map((name) => [name, complete[name]]));
    const refusal = { code: 4, message: `required env variables [${names}] missing` };
    expect(() => parseEnvironment({ CNI_COMMAND: verb, ...some })).toThrow(expect.objectContaining(refusal));
  });

  test("an empty value is none", () => {
    expect(() => parseEnvironment({ ...complete, CNI_NETNS: "", CNI_IFNAME: "" })).toThrow(
      "required env variables [CNI_NETNS,CNI_IFNAME] missing",
    );
  });
});

describe.each(["GC", "STATUS"])("%s", (verb) => {
  test("needs to know where plugins are, and nothing of a container", () => {
    expect(parseEnvironment({ CNI_COMMAND: verb, CNI_PATH: "/opt/cni/bin" })).toEqual({ verb });
  });

  test("takes no notice of what is said of one: nothing, or nonsense", () => {
    const variables = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"];
    for (const value of ["", "../%/\n", "all"]) {
      const others = Object.fromEntries(variables.map((name) => [name, value]));
      const environment = { ...others, CNI_COMMAND: verb, CNI_PATH: "/opt/cni/bin" };
      expect(parseEnvironment(environment)).toEqual({ verb });
    }
  });
});

test("DEL needs no namespace", () => {
  const { CNI_NETNS: _, ...others } = complete;
  expect(parseEnvironment({ ...others, CNI_COMMAND: "DEL" })).toMatchObject({ verb: "DEL", netnsPath: "" });
});

test.each(["", "add", "NOPE", "constructor", "__proto__", "toString"])(
  "%j is no verb, which is left to be said later",
  (verb) => {
    expect(parseEnvironment({ CNI_COMMAND: verb })).toEqual({ verb: undefined, command: verb });
  },
);

describe("container ids", () => {
  test.each(["c", "7", "a.b-c_D", "x".repeat(300)])("%s is one", (id) => {
    expect(parseEnvironment({ ...complete, CNI_CONTAINERID: id })).toHaveProperty("container", id);
  });

  test.each(["-c", ".c", "_c", "..", "a/b", "../c1", "a b", "a\n", "ä", "a:b", "a;b", 'a"'])(
    "%j is none",
    (id) => {
      expect(() => parseEnvironment({ ...complete, CNI_CONTAINERID: id })).toThrow(
        expect.objectContaining({ code: 4, message: "invalid characters in containerID", details: id }),
      );
    },
  );
});

describe("interface names", () => {
  test.each(["e", "eth0.100", "fifteen-letters", 'a"b', "a#b", "ääää", "-x", "$(x)"])("%s is one", (name) => {
    expect(parseEnvironment({ ...complete, CNI_IFNAME: name })).toHaveProperty("interface", name);
  });

  const characters = "interface name contains / or : or whitespace characters";
  test.each([
    [".", "interface name is . or .."],
    ["..", "interface name is . or .."],
    ["eth/0", characters],
    ["eth:0", characters],
    ["eth 0", characters],
    ["eth0\n", characters],
    ["eth\u00a00", characters],
    ["eth\u30000", characters],
  ])("%j is none", (name, message) => {
    expect(() => parseEnvironment({ ...complete, CNI_IFNAME: name })).toThrow(
      expect.objectContaining({ code: 4, message }),
    );
  });

  // 15 bytes is the limit, not 15 characters.
  test.each(["sixteen-letters-", "ääääääää"])("%s is too long", (name) => {
    expect(() => parseEnvironment({ ...complete, CNI_IFNAME: name })).toThrow(
      expect.objectContaining({
        code: 4,
        message: "interface name is too long",
        details: "interface name should be less than 16 characters",
      }),
    );
  });

  // `all` and `default` are every interface to /proc/sys; the kernel makes `eth0` of `eth%d`.
  test.each(["all", "default", "eth%d", "50%", "a\u0001b"])(
    "%j is none, since the kernel means something else by it",
    (name) => {
      expect(() => parseEnvironment({ ...complete, CNI_IFNAME: name })).toThrow(
        expect.objectContaining({ code: 4, message: expect.stringContaining("interface name") }),
      );
    },
  );
});

test("an unusable value is reported before what is missing, the container's first", () => {
  const { CNI_PATH: _, ...others } = complete;
  expect(() => parseEnvironment({ ...others, CNI_IFNAME: "a/b" })).toThrow("interface name contains");
  expect(() => parseEnvironment({ ...others, CNI_IFNAME: "a/b", CNI_CONTAINERID: "a/b" })).toThrow(
    "invalid characters in containerID",
  );
});
