import { formatPrefix } from "../../lib/ip/prefix.ts";
import type { LinkWithAddresses } from "../../lib/net/link-backend.ts";
import type { State } from "../survey/judge.ts";
import { addressesOf } from "../survey/shown.ts";
import type { SurveyedAttachment } from "../survey/survey.ts";

/** The bridges of a host, and who is on them. */
export interface Graph {
  readonly bridges: readonly GraphBridge[];
}

export interface GraphBridge {
  /** Undefined for attachments that are on no bridge. */
  readonly name: string | undefined;
  readonly addresses: readonly string[];
  /** Why it carries nothing; undefined when it is there and up. */
  readonly problem: string | undefined;
  /** The networks whose attachments are on it. */
  readonly networks: readonly string[];
  readonly ends: readonly GraphEnd[];
}

/** An interface of a container. */
export interface GraphEnd {
  readonly container: string;
  readonly interface: string;
  readonly addresses: readonly string[];
  readonly state: State;
  readonly notes: readonly string[];
}

/** What is drawn of a survey: by bridge, and there by container. Pure. @param bridges Those that are there. */
export function graphOf(
  attachments: readonly SurveyedAttachment[],
  bridges: readonly LinkWithAddresses[],
): Graph {
  const names = [...new Set(attachments.map(({ bridge }) => bridge))];
  const shown = names.sort((a, b) => rank(a).localeCompare(rank(b)));
  return {
    bridges: shown.map((name) =>
      bridgeOf(
        name,
        attachments.filter(({ bridge }) => bridge === name),
        bridges.find((each) => each.name === name),
      ),
    ),
  };
}

/** Those that are on no bridge come last. */
function rank(name: string | undefined): string {
  return name === undefined ? "1" : `0${name}`;
}

function bridgeOf(
  name: string | undefined,
  attachments: readonly SurveyedAttachment[],
  link: LinkWithAddresses | undefined,
): GraphBridge {
  const state = link === undefined ? "gone" : link.up ? undefined : "down";
  return {
    name,
    addresses: (link?.addresses ?? []).map(formatPrefix).filter((address) => !address.startsWith("fe80:")),
    problem: name === undefined ? undefined : state,
    networks: [...new Set(attachments.map(({ attachment }) => attachment.network as string))].sort(),
    ends: attachments.map((each) => ({
      container: each.container,
      interface: each.attachment.interface,
      addresses: addressesOf(each),
      state: each.state,
      notes: each.notes,
    })),
  };
}
