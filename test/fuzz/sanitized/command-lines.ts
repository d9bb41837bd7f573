import fc from "fast-check";
import { commands } from "../../../lxc/commands/all.ts";
import { oddNames } from "../names.ts";

/** Values of options, and other words, from sensible to odd. */
const words = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...["c1", "web", "simplenet", "simplenet:eth1", "eth0", "eth0=simplenet", "/run/netns/c1", "10.10.0.9"],
      ...[
        "10.20.0.0/24",
        "fd00::/64",
        "/etc/lxc-cni/net.d/10-simplenet.conf",
        "/var/lib/lxc",
        "ip=10.10.0.9",
      ],
      ...[
        "mac=02:00:00:00:00:09",
        "1.0.0",
        "100",
        "bash",
        '{"a":1}',
        "-",
        "--",
        "",
        "=",
        "/mnt/fifo/x",
        "/proc/1",
      ],
    ),
  },
  { weight: 1, arbitrary: oddNames },
);

/** Command lines of lxc-cni, but for `serve`, which waits for somebody. */
export const commandLines: fc.Arbitrary<string[]> = fc
  .oneof(
    { weight: 2, arbitrary: fc.constantFrom(...commands.filter(({ name }) => name !== "serve")) },
    { weight: 1, arbitrary: fc.constantFrom(...commands.filter(({ name }) => name === "hook")) },
  )
  .chain(({ name, options }) => {
    const option = fc
      .tuple(fc.constantFrom("--help", ...Object.keys(options).map((long) => `--${long}`)), words, fc.nat(3))
      .map(([long, value, how]) => (how === 0 ? [`${long}=${value}`] : how === 1 ? [long, value] : [long]));
    const rest = fc.array(
      fc.oneof(
        words.map((word) => [word]),
        option,
      ),
      { maxLength: 4 },
    );
    return rest.map((parts) => [...name.split(" "), ...parts.flat()]);
  });

/** What LXC tells a hook, with and without sense. */
export const hookEnvironments: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    LXC_NAME: fc.oneof(fc.constant("web"), oddNames),
    LXC_HOOK_TYPE: fc.constantFrom("start-host", "stop", "post-stop", "destroy", "mount", ""),
    LXC_HOOK_VERSION: fc.constantFrom("1", "0", "", "x"),
    LXC_PID: fc.constantFrom("1", "2", "", "0", "-1", "4294967297", "x"),
    LXC_CONFIG_FILE: fc.constantFrom("/var/lib/lxc/web/config", "/mnt/fifo", "", "/", "config", "/dev/null"),
    CNI_PATH: fc.constantFrom("", "/nonexistent", ":", "/usr/bin"),
    LXC_CNI_LINKS: fc.constantFrom("iproute2", "netlink", "x"),
    NO_COLOR: fc.constant("1"),
  },
  { requiredKeys: ["LXC_HOOK_TYPE", "LXC_HOOK_VERSION"] },
);
