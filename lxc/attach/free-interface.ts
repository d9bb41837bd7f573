import { system } from "#system";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";
import type { Run } from "./run.ts";

/** The first one of eth0, eth1, ... that a container neither has nor is to have. */
export function freeInterface({ netnsPath, held }: Run): LinkName {
  const taken = [...linksIn(netnsPath), ...held.map((each) => each.interface)];
  let number = 0;
  while (taken.includes(`eth${number}`)) number++;
  return `eth${number}` as LinkName;
}

function linksIn(netnsPath: string): string[] {
  return withContainerLinks(system.openNetns(netnsPath), (links) =>
    links.readLinks("container").map(({ name }) => name),
  );
}
