import type { Netns } from "../system/system.ts";
import type { Firewall } from "./firewall/firewall.ts";
import type { LinkBackend } from "./link-backend.ts";

/** What operations are applied and undone with. */
export interface Tools {
  readonly links: LinkBackend;
  readonly firewall: Firewall;
  /** The namespace of the attachment; absent where a plan has no step in it. */
  readonly netns: Netns | undefined;
}
