import { describe, expect, test } from "vitest";
import { type HookCall, parseHookCall } from "../../lxc/hook/event.ts";

/** What LXC has in the environment of every hook of the container `c1`. */
const common = { LXC_NAME: "c1", LXC_CONFIG_FILE: "/var/lib/lxc/c1/config" };

/** What a start leaves behind in the environment of a stop, and a stop in that of the start after a reboot. */
const ofStop = { LXC_TARGET: "reboot", LXC_NET_NS: "/proc/2102/fd/42", LXC_PID: "4711" };

/** The words that LXC adds for a stop, with hook version 0. */
const namespaces = ["mnt:/proc/2102/fd/38", "net:/proc/2102/fd/42", "cgroup:/proc/2102/fd/43"];

describe("with lxc.hook.version = 1", () => {
  const version1 = { ...common, LXC_HOOK_VERSION: "1", LXC_HOOK_SECTION: "lxc" };

  test.each(["start-host", "stop", "post-stop", "destroy"])(
    "%s: all that LXC says is in the environment",
    (type) => {
      expect(parse(["simplenet"], { ...version1, LXC_HOOK_TYPE: type, LXC_PID: "4711" })).toEqual({
        words: ["simplenet"],
        event: { type, name: "c1", lxcPath: "/var/lib/lxc", pid: 4711 },
      });
    },
  );

  test("a start after a reboot is a start, whatever the stop left in the environment", () => {
    const { event } = parse(["simplenet"], { ...version1, ...ofStop, LXC_HOOK_TYPE: "start-host" });
    expect(event).toMatchObject({ type: "start-host", pid: 4711 });
  });

  test("networks that are called as the container and `lxc` are networks", () => {
    const words = ["c1", "lxc", "start-host"];
    expect(parse(words, { ...version1, LXC_HOOK_TYPE: "stop" })).toMatchObject({
      words,
      event: { type: "stop" },
    });
  });
});

describe("with lxc.hook.version = 0", () => {
  const version0 = { ...common, LXC_HOOK_VERSION: "0" };

  test.each(["start-host", "post-stop", "destroy"])(
    "%s: the hook is in the words after those of the line",
    (type) => {
      expect(parse(["--net-dir", "/n", "simplenet", "c1", "lxc", type], version0)).toEqual({
        words: ["--net-dir", "/n", "simplenet"],
        event: { type, name: "c1", lxcPath: "/var/lib/lxc", pid: undefined },
      });
    },
  );

  test("stop: so are the namespaces, which are not of the line either", () => {
    expect(
      parse(["simplenet", "c1", "lxc", "stop", ...namespaces], { ...version0, ...ofStop }),
    ).toMatchObject({
      words: ["simplenet"],
      event: { type: "stop", pid: 4711 },
    });
  });

  test("the words count, not a hook type that is left in the environment", () => {
    const polluted = { ...version0, ...ofStop, LXC_HOOK_TYPE: "stop" };
    expect(parse(["simplenet", "c1", "lxc", "start-host"], polluted).event.type).toBe("start-host");
  });

  test.each([
    ["c1", ["c1", "lxc"]],
    ["c1", ["c1"]],
    ["c1", ["lxc", "c1", "lxc", "stop"]],
    ["lxc", ["lxc"]],
    ["lxc", ["lxc", "lxc", "lxc"]],
    ["stop", ["stop", "lxc"]],
  ])("container %s: the line may say %j, which looks like LXC's own words", (name, words) => {
    const environment = { ...version0, LXC_NAME: name, LXC_CONFIG_FILE: `/var/lib/lxc/${name}/config` };
    const call = parse([...words, name, "lxc", "stop", ...namespaces], environment);
    expect(call).toMatchObject({ words, event: { type: "stop", name } });
  });

  test("the line may say nothing", () => {
    expect(parse(["c1", "lxc", "stop"], version0).words).toEqual([]);
  });
});

describe("where LXC does not tell its hook version", () => {
  test("the words count when they are LXC's, and else the environment", () => {
    expect(parse(["simplenet", "c1", "lxc", "stop"], common)).toMatchObject({
      words: ["simplenet"],
      event: { type: "stop" },
    });
    expect(parse(["simplenet"], { ...common, LXC_HOOK_TYPE: "destroy" })).toMatchObject({
      words: ["simplenet"],
      event: { type: "destroy" },
    });
  });
});

describe("LXC's path", () => {
  test.each([
    ["/var/lib/lxc/c1/config", "/var/lib/lxc"],
    ["/c1/config", ""],
    ["/srv/c1/c1/config", "/srv/c1"],
    ["/srv/a b/ü/c1/config", "/srv/a b/ü"],
    ["exec.conf", "exec.conf"],
    ["c1/config", "c1/config"],
    ["/var/lib/lxc/c2/config", "/var/lib/lxc/c2/config"],
    ["/etc/lxc/exec.conf", "/etc/lxc/exec.conf"],
    ["", ""],
  ])("of a configuration at %j is %j", (file, path) => {
    const environment = { ...common, LXC_CONFIG_FILE: file, LXC_HOOK_VERSION: "1", LXC_HOOK_TYPE: "stop" };
    expect(parse(["simplenet"], environment).event.lxcPath).toBe(path);
  });
});

test.each(["", "0", "-1", "1x", "0x10", " 1", "1.5", "99999999999"])("%j is no process id", (pid) => {
  const environment = { ...common, LXC_HOOK_VERSION: "1", LXC_HOOK_TYPE: "stop", LXC_PID: pid };
  expect(parse(["simplenet"], environment).event.pid).toBeUndefined();
});

describe("a call is refused", () => {
  test("when it is not LXC's", () => {
    expect(() => parse(["simplenet"], {})).toThrow("hook is called by LXC, as lxc.hook.start-host");
    expect(() => parse(["simplenet", "c1", "lxc", "stop"], {})).toThrow("hook is called by LXC");
  });

  test.each(["pre-start", "start", "clone", "mount"])("as a hook that is of no use, %s", (type) => {
    const message = `lxc.hook.${type} is no hook for a network`;
    expect(() => parse(["simplenet", "c1", "lxc", type], common)).toThrow(message);
    expect(() => parse(["simplenet"], { ...common, LXC_HOOK_VERSION: "1", LXC_HOOK_TYPE: type })).toThrow(
      message,
    );
  });

  test("when nothing tells which hook it is", () => {
    expect(() => parse(["simplenet"], common)).toThrow("lxc.hook.? is no hook for a network");
    expect(() => parse(["simplenet", "c1", "lxc"], common)).toThrow("lxc.hook.? is no hook for a network");
  });
});

function parse(words: string[], environment: Record<string, string>): HookCall {
  return parseHookCall(words, environment);
}
