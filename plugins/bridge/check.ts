import { type CarriedPlugins, forward } from "../../lib/cni/delegate.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";
import { addressProblems, gatewayProblems, ownPart, routeProblems } from "./check-addresses.ts";
import { findLinks, linkProblems } from "./check-links.ts";
import { ruleProblems } from "./check-rules.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { openContainerNetns } from "./container-netns.ts";
import { settingsOf } from "./settings.ts";

/**
 * Looks whether an attachment still is what the configuration promised (CNI specification 1.1.0, section 2, CHECK):
 * its links, addresses, routes and rules, and its lease. It does not matter which plugin made it, this one or the
 * reference.
 *
 * @throws CniError 7 without a prevResult, 8 for an unusable namespace, 103 with everything that is not as it should be,
 *   what the IPAM plugin answered.
 */
export function check(
  request: Request<BridgeConfig>,
  previous: Result | undefined,
  carried: CarriedPlugins,
): void {
  const settings = settingsOf(request.config, request.arguments);
  const netns = openContainerNetns(request.netnsPath, request.call.environment);
  withContainerLinks(netns, (links) => {
    if (settings.ipamType !== undefined) forward(settings.ipamType, request, carried);
    if (previous === undefined) throw missingResult();
    const found = findLinks(settings, request.attachment, previous, links);
    const result = ownPart(previous, found);
    const problems = [
      ...linkProblems(settings, found, links),
      ...addressProblems(found, result),
      ...routeProblems(found, result, links),
      ...gatewayProblems(settings, found, result, links),
      ...ruleProblems(settings, request.attachment, found, result),
    ];
    if (problems.length > 0) throw changed(problems);
  });
}

function missingResult(): CniError {
  return new CniError(
    Code.invalidConfiguration,
    "Required prevResult missing",
    "CHECK needs what ADD answered as /prevResult",
  );
}

function changed(problems: readonly string[]): CniError {
  const [first = "", ...others] = problems;
  return new CniError(Code.attachmentChanged, first, [...others, remedy].join("; "));
}

/** What to do about it, as every runtime can. */
export const remedy = "DEL and ADD make it as it should be";
