import { type LinkName, whyNoLinkName } from "../ip/link-name.ts";
import { CniError, Code } from "./error.ts";
import { keepLatest } from "./keep-latest.ts";
import { requireContainerId } from "./names.ts";
import type { ContainerId, Verb } from "./request.ts";

/** The CNI_ variables of a call (CNI specification 1.1.0, section 2, "Parameters"), checked. */
export type CniEnvironment = AttachmentEnvironment | NetworkEnvironment | StrangeEnvironment;

/** Those of a call about one interface of one container. */
export interface AttachmentEnvironment {
  readonly verb: "ADD" | "DEL" | "CHECK";
  readonly container: ContainerId;
  readonly interface: LinkName;
  /** CNI_NETNS; empty when it is missing, which DEL allows. */
  readonly netnsPath: string;
  /** CNI_ARGS as it is. */
  readonly argumentsText: string;
}

/** Those of a call about a network as a whole: whatever they say of a container counts for nothing. */
export interface NetworkEnvironment {
  readonly verb: "GC" | "STATUS";
}

/** Those of a call that asks for something that is no verb. */
export interface StrangeEnvironment {
  readonly verb: undefined;
  readonly command: string;
}

/** The variables that a verb cannot do without, in the order in which the Go library looks at them. */
const required: Readonly<Record<Verb, readonly string[]>> = {
  ADD: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
  DEL: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"],
  CHECK: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
  GC: ["CNI_PATH"],
  STATUS: ["CNI_PATH"],
};

/**
 * Checks the variables of a call, with the Go library's texts.
 *
 * What is no verb passes: the Go library looks at the configuration's name before it complains.
 *
 * @throws CniError 4 that names the variables that are missing, or the one that is unusable.
 */
export const parseEnvironment: (environment: Readonly<Record<string, string>>) => CniEnvironment =
  keepLatest(parse);

function parse(environment: Readonly<Record<string, string>>): CniEnvironment {
  const command = environment.CNI_COMMAND ?? "";
  if (!isVerb(command)) return { verb: undefined, command };
  if (command !== "GC" && command !== "STATUS") return parseAttachment(command, environment);
  requirePresent(command, environment);
  return { verb: command };
}

function parseAttachment(
  verb: AttachmentEnvironment["verb"],
  environment: Readonly<Record<string, string>>,
): AttachmentEnvironment {
  const container = environment.CNI_CONTAINERID ?? "";
  const interfaceName = environment.CNI_IFNAME ?? "";
  // The library validates while it collects what is missing: an unusable value is reported first.
  if (container !== "") requireContainerId(container);
  if (interfaceName !== "") requireInterfaceName(interfaceName);
  requirePresent(verb, environment);
  return {
    verb,
    container: requireContainerId(container),
    interface: requireInterfaceName(interfaceName),
    netnsPath: environment.CNI_NETNS ?? "",
    argumentsText: environment.CNI_ARGS ?? "",
  };
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(required, text);
}

function requirePresent(verb: Verb, environment: Readonly<Record<string, string>>): void {
  const missing = required[verb].filter((name) => (environment[name] ?? "") === "");
  if (missing.length === 0) return;
  throw new CniError(
    Code.invalidEnvironment,
    `required env variables [${missing.join(",")}] missing`,
    `${verb} needs them, not empty`,
  );
}

function requireInterfaceName(text: string): LinkName {
  const reason = whyNoLinkName(text);
  if (reason === undefined) return text as LinkName;
  const details =
    reason === "interface name is too long"
      ? "interface name should be less than 16 characters"
      : `CNI_IFNAME is ${JSON.stringify(text)}`;
  throw new CniError(Code.invalidEnvironment, reason, details);
}
