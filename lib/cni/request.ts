import type { LinkName } from "../ip/link-name.ts";

/** What a runtime may ask of a plugin (CNI specification 1.1.0, section 2, "CNI operations"). */
export type Verb = "ADD" | "DEL" | "CHECK" | "GC" | "STATUS";

/** One interface of one container on one network: what ADD makes and DEL removes. */
export interface Attachment {
  readonly network: NetworkName;
  readonly container: ContainerId;
  readonly interface: LinkName;
}

/** A network's name: `[a-zA-Z0-9][a-zA-Z0-9_.-]*`. */
export type NetworkName = string & { readonly __brand: "NetworkName" };

/** A container's id: `[a-zA-Z0-9][a-zA-Z0-9_.-]*`. */
export type ContainerId = string & { readonly __brand: "ContainerId" };

/** A call of a plugin as it came from outside: environment and standard input, nothing of it checked. */
export interface Call {
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

/** A call about a network as a whole (GC, STATUS) whose every part was checked. */
export interface NetworkRequest<Config> {
  readonly verb: Verb;
  /** The configuration's cniVersion, one of those that are supported. */
  readonly version: string;
  readonly config: Config;
  readonly network: NetworkName;
  /** The call that this request was made of, for handing on to a delegate. */
  readonly call: Call;
}

/** A call about an attachment (ADD, DEL, CHECK) whose every part was checked; handlers get nothing else. */
export interface Request<Config> extends NetworkRequest<Config> {
  readonly attachment: Attachment;
  /** CNI_NETNS: never empty for ADD and CHECK, possibly empty for DEL, not yet opened. */
  readonly netnsPath: string;
  /** The pairs of CNI_ARGS. */
  readonly arguments: ReadonlyMap<string, string>;
}

/** An attachment of a network that GC must leave alone; one of `cni.dev/valid-attachments`. */
export type ValidAttachment = Pick<Attachment, "container" | "interface">;
