import { CniError, Code } from "../../lib/cni/error.ts";
import type { BridgeConfig } from "./config.schema.ts";

/** How the container's addresses are hidden behind those of the host. */
export interface Masquerading {
  /** The families whose addresses are hidden. */
  readonly families: readonly (4 | 6)[];
  /** What has the rules; undefined for what the host has. */
  readonly backend: "iptables" | "nftables" | undefined;
  /** Whose rules they are: each container has its own, or the network has one for all. */
  readonly scope: "container" | "network";
}

/**
 * The masquerading that a configuration asks for; undefined for none.
 *
 * @throws CniError 7 for a backend that there is not, with the reference's text.
 */
export function masqueradingOf(config: BridgeConfig): Masquerading | undefined {
  const families = familiesOf(config.ipMasq);
  if (families.length === 0) return undefined;
  return { families, backend: backendOf(config), scope: config.ipMasqScope ?? "container" };
}

function familiesOf(ipMasq: BridgeConfig["ipMasq"]): (4 | 6)[] {
  if (ipMasq === undefined || ipMasq === false) return [];
  const { v4 = true, v6 = true } = ipMasq === true ? {} : ipMasq;
  return [...(v4 ? ([4] as const) : []), ...(v6 ? ([6] as const) : [])];
}

function backendOf({ ipMasqBackend: name = "" }: BridgeConfig): Masquerading["backend"] {
  if (name === "") return undefined;
  if (name === "iptables" || name === "nftables") return name;
  throw new CniError(
    Code.invalidConfiguration,
    `unknown ipmasq backend ${JSON.stringify(name)}`,
    "/ipMasqBackend can be iptables or nftables",
  );
}
