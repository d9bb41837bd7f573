import { CniError, Code } from "../../lib/cni/error.ts";
import { isObject, type JsonObject, parseJson } from "../../lib/cni/json.ts";
import type { AttachmentArguments, CniArguments } from "../../lib/runtime/attachment-arguments.ts";

/**
 * What the environment has for plugins: CNI_ARGS and CAP_ARGS, as cnitool reads them.
 *
 * @throws CniError 4 for pairs that are none, or capability arguments that are no object; 6 where these are no JSON.
 */
export function argumentsIn({
  CNI_ARGS: pairs = "",
  CAP_ARGS: capabilities = "",
}: Readonly<Record<string, string>>): AttachmentArguments {
  return {
    arguments: pairs === "" ? [] : parsePairs(pairs),
    capabilityArguments: capabilities === "" ? {} : parseCapabilities(capabilities),
  };
}

function parsePairs(text: string): CniArguments {
  return text.split(";").map((pair) => {
    const [key = "", value = "", ...more] = pair.split("=");
    if (key !== "" && value !== "" && more.length === 0) return [key, value];
    throw new CniError(
      Code.invalidEnvironment,
      `invalid CNI_ARGS pair ${JSON.stringify(pair)}`,
      "CNI_ARGS must be KEY=VALUE;KEY=VALUE",
    );
  });
}

function parseCapabilities(text: string): JsonObject {
  const found = parseJson(text, "CAP_ARGS");
  if (isObject(found)) return found;
  throw new CniError(Code.invalidEnvironment, "CAP_ARGS is no JSON object", `found ${text.slice(0, 100)}`);
}
