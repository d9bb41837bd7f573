import { parseLinkName } from "../ip/link-name.ts";
import { decode } from "./decode.ts";
import { CniError, Code } from "./error.ts";
import { excerpt } from "./excerpt.ts";
import type { JsonObject } from "./json.ts";
import { isContainerId } from "./names.ts";
import type { ValidAttachment } from "./request.ts";
import { GarbageCollection } from "./valid-attachments.schema.ts";

/**
 * The attachments that GC has to leave alone (CNI specification 1.1.0, section 2, "GC").
 *
 * An entry that is not understood makes all of them unusable: it may stand for a container that is alive.
 *
 * @returns undefined where the configuration does not say, which is something else than that there are none.
 * @throws CniError 7 with the entry that is none.
 */
export function validAttachments(
  document: JsonObject,
  warn: (text: string) => void,
): ValidAttachment[] | undefined {
  const found = decode<GarbageCollection>(GarbageCollection, document, { lenient: false, warn });
  return found["cni.dev/valid-attachments"]?.map(({ containerID, ifname }, index) => {
    if (!isContainerId(containerID)) throw invalid(index, "containerID", "a container id", containerID);
    const link = parseLinkName(ifname);
    if (link === undefined) throw invalid(index, "ifname", "the name of an interface", ifname);
    return { container: containerID, interface: link };
  });
}

function invalid(index: number, key: string, expected: string, found: string): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `/cni.dev~1valid-attachments/${index}/${key} must be ${expected}`,
    `found ${excerpt(found)}; nothing was removed`,
  );
}
