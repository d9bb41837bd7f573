import type { Masquerade } from "./firewall/firewall.ts";
import type { Guard } from "./firewall/guard.ts";
import type { NetworkRules } from "./firewall/network-rules.ts";
import type { LinkOperation, Where } from "./link-operation.ts";

/**
 * One step of a plan. Each one ensures that something is so: applying it to a host where it is so already
 * changes nothing. Links are named, never numbered, since an index that was read may be another link's a moment
 * later.
 */
export type Operation = LinkOperation | WriteSysctl | RuleOperation;

/** A step on the rules of a packet filter. */
export type RuleOperation = AddMasquerade | GuardPort | AddNetworkRules;

/** Writes a key below /proc/sys/net, as `ipv4/ip_forward`. */
export interface WriteSysctl {
  readonly do: "write sysctl";
  readonly where: Where;
  readonly key: string;
  readonly value: string;
  /** Go on when it cannot be written: the attachment works without it. */
  readonly bestEffort: boolean;
}

/** Hides the addresses of the container behind those of the host. */
export interface AddMasquerade {
  readonly do: "masquerade";
  readonly where: "host";
  readonly masquerade: Masquerade;
}

/** Lets a port send nothing but what is its own. */
export interface GuardPort {
  readonly do: "guard port";
  readonly where: "host";
  readonly guard: Guard;
}

/** Ensures rules that all attachments of a network share. */
export interface AddNetworkRules {
  readonly do: "add network rules";
  readonly where: "host";
  readonly rules: NetworkRules;
}

/** Whether an operation is one for a {@linkcode LinkBackend}. */
export function isLinkOperation(operation: Operation): operation is LinkOperation {
  return operation.do !== "write sysctl" && !isRuleOperation(operation);
}

/** Whether an operation is one on the rules of a packet filter. */
export function isRuleOperation(operation: Operation): operation is RuleOperation {
  return ["masquerade", "guard port", "add network rules"].includes(operation.do);
}
