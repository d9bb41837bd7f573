import type { Attachment } from "../../cni/request.ts";
import type { LinkName } from "../../ip/link-name.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Firewall } from "./firewall.ts";

/** Rules that all attachments of a network share: made with the first of them, removed with the last. */
export interface NetworkRules {
  /** The attachment on whose behalf they are ensured. */
  readonly attachment: Attachment;
  /** Hide these subnets behind the host; none when empty. */
  readonly masqueraded: readonly Prefix[];
  /** What has the rules that masquerade. */
  readonly backend: Firewall["name"];
  /** Let packets from and to this link pass where a policy of the host drops forwarded ones; none when absent. */
  readonly forwarded: LinkName | undefined;
}
