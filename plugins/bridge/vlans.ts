import { CniError, Code } from "../../lib/cni/error.ts";
import type { BridgeConfig } from "./config.schema.ts";

/** The VLANs of a port (IEEE 802.1Q), 1 to 4094. */
export interface Vlans {
  /** The container's frames have no tag and are of this VLAN; undefined where none was asked for. */
  readonly access: number | undefined;
  /** The VLAN of frames without a tag: that of the container, or the reference's 1 for a port that only has a trunk. */
  readonly native: number | undefined;
  /** The VLANs of frames with a tag, ascending. */
  readonly tagged: readonly number[];
  /** Stay in the VLAN that the bridge puts every new port into. */
  readonly keepDefault: boolean;
}

const highest = 4094;

/** The native VLAN of a port that has a trunk and no VLAN of its own (the reference's, for compatibility). */
const nativeOfTrunk = 1;

/**
 * The VLANs that a configuration asks for; undefined where it says nothing of VLANs.
 *
 * @throws CniError 7 for an id that is none, with the reference's texts.
 */
export function vlansOf({ vlan = 0, vlanTrunk, preserveDefaultVlan }: BridgeConfig): Vlans | undefined {
  if (vlan < 0 || vlan > highest) {
    throw invalid(`invalid VLAN ID ${vlan} (must be between 0 and ${highest})`, "/vlan", vlan);
  }
  const trunk = [...new Set((vlanTrunk ?? []).flatMap(trunkIds))].sort((a, b) => a - b);
  if (vlan === 0 && vlanTrunk === undefined) return undefined;
  const access = vlan === 0 ? undefined : vlan;
  const native = access ?? (trunk.length > 0 ? nativeOfTrunk : undefined);
  return {
    access,
    native,
    tagged: trunk.filter((id) => id !== native),
    // A trunk without ids is no wish for VLANs on the port, only for a bridge that keeps them apart.
    keepDefault: preserveDefaultVlan === true || native === undefined,
  };
}

type Trunk = NonNullable<BridgeConfig["vlanTrunk"]>[number];

function trunkIds({ minID, maxID, id }: Trunk, index: number): number[] {
  const path = `/vlanTrunk/${index}`;
  return [...rangeOf(minID, maxID, path), ...(id === undefined ? [] : [trunkId(id, "id", `${path}/id`)])];
}

function rangeOf(minID: number | undefined, maxID: number | undefined, path: string): number[] {
  if (minID === undefined && maxID === undefined) return [];
  if (minID === undefined) throw invalid(incomplete("minID"), path, { maxID });
  if (maxID === undefined) throw invalid(incomplete("maxID"), path, { minID });
  const first = trunkId(minID, "minID", `${path}/minID`);
  const last = trunkId(maxID, "maxID", `${path}/maxID`);
  if (first > last) throw invalid("minID is greater than maxID in trunk parameter", path, { minID, maxID });
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

function trunkId(id: number, key: string, path: string): number {
  if (id >= 1 && id <= highest) return id;
  throw invalid(`incorrect trunk ${key} parameter`, path, id);
}

function incomplete(missing: string): string {
  return `minID and maxID should be configured simultaneously, ${missing} is missing`;
}

function invalid(message: string, path: string, found: unknown): CniError {
  return new CniError(
    Code.invalidConfiguration,
    message,
    `${path} is ${JSON.stringify(found)}; a VLAN is 1 to ${highest}`,
  );
}
