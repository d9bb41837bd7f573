import fc from "fast-check";
import { inputs } from "./configurations.ts";
import { oddIds, oddNames } from "./names.ts";

/** Calls of one plugin with one environment and one input: what a runtime does with an attachment in its life. */
export interface Story {
  readonly plugin: "bridge" | "host-local";
  /** CNI_COMMAND, one call after another. */
  readonly verbs: readonly string[];
  /** The other variables, without CNI_PATH. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

/**
 * What a plugin reads: CHECK gets what ADD answered, as a runtime passes it on, where the input has room for it.
 *
 * @param result What ADD answered; empty where it did not.
 */
export function inputFor(verb: string, input: string, result: string): string {
  if (verb !== "CHECK" || result === "" || !input.endsWith("}") || input.includes('"prevResult"'))
    return input;
  return `${input.slice(0, -1)},"prevResult":${result}}`;
}

const verbLists = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(["ADD"], ["ADD", "CHECK"], ["ADD", "ADD"], ["ADD", "CHECK", "GC"]),
  },
  { weight: 3, arbitrary: fc.constantFrom(["DEL"], ["CHECK"], ["GC"], ["STATUS"], ["STATUS", "ADD"]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(["VERSION"], [""], ["add"], ["ADD "], ["__proto__"], ["toString"]),
  },
);

/** Where CNI_NETNS leads: to a container mostly. */
function namespaces(container: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(container) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          "",
          "/",
          "/nonexistent",
          "/etc/passwd",
          "/proc/1/ns/net",
          "/proc/self/ns/mnt",
          "/proc/self/ns/net",
          ".",
        ],
        ...["/run/netns/a\nb", "/run/netns/$(id)", "/dev/null", "/mnt/fifo", `/${"x".repeat(5000)}`],
      ),
    },
  );
}

const argumentTexts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("", "", "IgnoreUnknown=1;K8S_POD_NAME=a", "IP=10.10.0.7", "ADOPT=1"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        "MAC=02:00:00:00:00:09",
        "MAC=x;reboot",
        "IP=",
        "=",
        ";",
        "a",
        "A=b=c",
        "IgnoreUnknown=maybe",
        "__proto__=1",
      ],
    ),
  },
  { weight: 1, arbitrary: oddNames },
);

/** @param container The path of a namespace that can be attached. */
export function stories(container: string): fc.Arbitrary<Story> {
  const environment = fc.record(
    {
      CNI_CONTAINERID: fc.oneof(
        { weight: 3, arbitrary: fc.constant("c1") },
        { weight: 2, arbitrary: oddIds },
      ),
      CNI_IFNAME: fc.oneof({ weight: 3, arbitrary: fc.constant("eth0") }, { weight: 1, arbitrary: oddNames }),
      CNI_NETNS: namespaces(container),
      CNI_ARGS: argumentTexts,
    },
    { requiredKeys: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_NETNS"] },
  );
  return fc.record({
    plugin: fc.oneof(
      { weight: 4, arbitrary: fc.constant("bridge" as const) },
      { weight: 1, arbitrary: fc.constant("host-local" as const) },
    ),
    verbs: verbLists,
    // No variable can hold a zero byte.
    environment: environment.map((variables) =>
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value.replaceAll("\0", "")]),
      ),
    ),
    input: inputs,
  });
}
