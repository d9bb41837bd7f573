import { CniError } from "../../lib/cni/error.ts";
import { isObject, type Json, parseJson } from "../../lib/cni/json.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import { currentVersion } from "../../lib/cni/version.ts";
import { portName } from "../../lib/net/identity.ts";
import type { CachedAttachment } from "../../lib/runtime/cache.ts";
import { defaultBridge } from "../../plugins/bridge/settings.ts";

/** What an attachment should have on the host's side. */
export interface HostSide {
  /** The bridge that it should be on; undefined where its network has none. */
  readonly bridge: string | undefined;
  /** The host's end; undefined where it has none. */
  readonly port: string | undefined;
}

/** What ADD answered; undefined where that is not kept, or cannot be understood. */
export function keptResult(cached: CachedAttachment | undefined): Result | undefined {
  if (cached?.result === undefined) return undefined;
  try {
    return parseResult(cached.result, currentVersion);
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}

/** What it should have there, by the configuration that it was made with and by what ADD answered. */
export function hostSideOf(
  attachment: Attachment,
  cached: CachedAttachment | undefined,
  result: Result | undefined,
): HostSide {
  // Of what nobody kept, only our own bridge's name for the port is known.
  if (cached === undefined) return { bridge: undefined, port: portName(attachment) };
  const bridge = bridgeIn(cached.source);
  const ends = (result?.interfaces ?? []).filter(({ sandbox }) => sandbox === undefined);
  // The reference's order: the bridge, the host's end; and the gateway in a VLAN is called BRIDGE.VLAN.
  const port = ends.find(({ name }) => name !== bridge && !name.startsWith(`${bridge}.`))?.name;
  return { bridge, port: port ?? (bridge === undefined ? undefined : portName(attachment)) };
}

/** The bridge that a network's configuration names; undefined where no plugin of it is `bridge`. */
function bridgeIn(source: string): string | undefined {
  const document = parse(source);
  if (!isObject(document)) return undefined;
  const plugins = Array.isArray(document.plugins) ? document.plugins : [document];
  const plugin = plugins.filter(isObject).find(({ type }) => type === "bridge");
  if (plugin === undefined) return undefined;
  return typeof plugin.bridge === "string" && plugin.bridge !== "" ? plugin.bridge : defaultBridge;
}

function parse(source: string): Json {
  try {
    return parseJson(source, "network config");
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}
