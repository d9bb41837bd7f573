import { CniError, Code } from "../../lib/cni/error.ts";
import type { JsonObject } from "../../lib/cni/json.ts";
import { isNetworkName } from "../../lib/cni/names.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import type { Address } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import { type Mac, parseMac } from "../../lib/ip/mac.ts";
import type { CniArguments } from "../../lib/runtime/attachment-arguments.ts";
import { readCache } from "../../lib/runtime/cache.ts";
import type { Incarnation } from "../container/incarnation.schema.ts";
import { attachmentOf } from "../container/incarnation.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";

/** An attachment of a checkpoint, understood. */
export interface CheckpointedAttachment {
  readonly attachment: Attachment;
  /** The network's configuration, as it was read. */
  readonly source: string;
  readonly arguments: CniArguments;
  readonly capabilityArguments: JsonObject;
  readonly result: Result;
  /** The MAC of the container's interface; undefined where the result does not tell. */
  readonly mac: Mac | undefined;
}

/**
 * What a checkpoint has to say of a container's attachments.
 *
 * @throws CniError 3 where nothing is kept of one: it was made by somebody else, or its result has been removed
 */
export function describeAttachments(
  container: ContainerId,
  held: readonly Incarnation["attachments"][number][],
): Checkpoint["attachments"] {
  return held.map((each) => {
    const cached = readCache(attachmentOf(container, each));
    if (cached === undefined) {
      throw new CniError(
        Code.unknownContainer,
        `nothing is kept of ${each.interface} on ${each.network}`,
        "its result in /var/lib/cni/results is gone: start the container again",
      );
    }
    const { source, arguments: pairs, capabilityArguments, result } = cached;
    return {
      network: each.network,
      interface: each.interface,
      config: source,
      arguments: pairs.map((pair) => [...pair]),
      capabilityArguments,
      result: result as JsonObject,
    };
  });
}

/**
 * Understands the attachments of a checkpoint, for a container that is restored from it.
 *
 * @throws CniError 6 or 7 where one cannot be understood
 */
export function attachmentsOf(
  { attachments }: Checkpoint,
  container: ContainerId,
): readonly CheckpointedAttachment[] {
  return attachments.map(({ network, interface: name, config, arguments: pairs, ...rest }) => {
    const link = parseLinkName(name);
    if (link === undefined || !isNetworkName(network)) {
      throw new CniError(Code.invalidConfiguration, `the checkpoint has no attachment ${network}:${name}`);
    }
    const result = parseResult(rest.result, "0.4.0");
    return {
      attachment: { network, container, interface: link },
      source: config,
      arguments: pairs.map(([key = "", value = ""]) => [key, value] as const),
      capabilityArguments: rest.capabilityArguments,
      result,
      mac: macOf(result, link),
    };
  });
}

/** The addresses of an attachment. */
export function addressesOf({ result }: CheckpointedAttachment): Address[] {
  return result.ips.map(({ address }) => address.address);
}

/** The MAC of an interface of the container. */
export function macOf({ interfaces }: Result, name: string): Mac | undefined {
  return parseMac(interfaces.find((each) => each.name === name && each.sandbox)?.mac ?? "");
}
