import { system } from "#system";
import type { Attachment } from "../../lib/cni/request.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import type { Runtime } from "../../lib/runtime/attachment-call.ts";
import type { Network } from "../../lib/runtime/network.ts";
import type { CommandCall } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { findNetwork, type Places, runtimeFor } from "../runtime.ts";
import { absolutePath } from "./absolute-path.ts";
import { argumentsIn } from "./arguments.ts";
import { containerOfNetns } from "./container.ts";
import type { netnsOptions } from "./options.ts";

/** The words NETWORK and NETNS, with options: a command line as cnitool has it. */
export type NetnsWords = CommandCall<typeof netnsOptions>;

/** What such a command line is about. */
export interface NetnsCall {
  readonly network: Network;
  readonly runtime: Runtime;
}

/**
 * Understands a command line as cnitool has it, with the environment that goes with it.
 *
 * @throws UsageError for what is no name of an interface; CniError where the network is not found, or the environment
 *   cannot be understood.
 */
export function netnsCall({ words: [name = "", netns = ""], options }: NetnsWords): NetnsCall {
  const environment = system.environment();
  const { NETCONFPATH = "", CNI_PATH = "", CNI_IFNAME = "" } = environment;
  const directories = options["net-dir"];
  const places: Places = {
    networkDirectories: directories.length === 0 && NETCONFPATH !== "" ? [NETCONFPATH] : directories,
    cniPath: options["cni-path"] ?? CNI_PATH,
  };
  const network = findNetwork(name, places);
  const netnsPath = absolutePath(netns);
  const attachment: Attachment = {
    network: network.name,
    container: containerOfNetns(netnsPath),
    interface: requireInterface(options.ifname ?? (CNI_IFNAME === "" ? "eth0" : CNI_IFNAME)),
  };
  const runtime = runtimeFor(attachment, netnsPath, places, argumentsIn(environment));
  // Whoever says where plugins are means these.
  const cniPath = places.cniPath === "" ? runtime.cniPath : places.cniPath;
  return { network, runtime: { ...runtime, cniPath } };
}

function requireInterface(name: string): LinkName {
  const reason = whyNoLinkName(name);
  if (reason === undefined) return name as LinkName;
  throw new UsageError(`"${name}" is no name of an interface: ${reason}`);
}
