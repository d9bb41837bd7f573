import { CniError, Code } from "../../lib/cni/error.ts";
import { inSeconds, timeLeft } from "../../lib/cni/time-limit.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { equalPrefix, formatPrefix, type Prefix } from "../../lib/ip/prefix.ts";
import type { LinkAddress, LinkBackend } from "../../lib/net/link-backend.ts";

/** How long the kernel may take, in milliseconds. Where it asks for duplicates, it takes 1 to 2 s. */
const longestPatience = 5_000;

/**
 * Waits until the kernel lets the container's IPv6 addresses be used: it knows that nobody else has them (RFC 4862,
 * section 5.4), or has taken note that it need not ask, which it does some microseconds after the link came up.
 *
 * @throws CniError 100 where somebody has one, or where that is still not known after five seconds.
 */
export function awaitDetection(name: LinkName, addresses: readonly Prefix[], links: LinkBackend): void {
  if (!addresses.some(({ address }) => address.family === 6)) return;
  let found: readonly LinkAddress[] = [];
  const patience = timeLeft(longestPatience);
  const isDone = links.waitFor(
    "container",
    name,
    (link) => {
      found = (link?.addresses ?? []).filter((each) => addresses.some((own) => equalPrefix(own, each)));
      return found.some(isTaken) || found.every(({ detection }) => detection === "done");
    },
    patience,
  );
  const taken = found.find(isTaken);
  if (taken !== undefined) {
    throw unsettled(name, `somebody else on the bridge has ${formatPrefix(taken)} (its state is DADFAILED)`);
  }
  if (!isDone) throw unsettled(name, `an address is still tentative after ${inSeconds(patience)}`);
}

/** How long the kernel may take to take packets for addresses that it has, in milliseconds. */
const usualPatience = 1_000;

/**
 * Waits until packets for the container's IPv6 addresses get there, so that the first one is not lost. Goes on where that
 * does not show, as by rules of a namespace that has routes of its own.
 */
export function awaitLocal(addresses: readonly Prefix[], links: LinkBackend): void {
  const own = addresses.map(({ address }) => address).filter(({ family }) => family === 6);
  if (own.length > 0) links.waitForLocal("container", own, timeLeft(usualPatience));
}

function isTaken({ detection }: LinkAddress): boolean {
  return detection === "failed";
}

function unsettled(name: LinkName, reason: string): CniError {
  return new CniError(
    Code.linkFailed,
    `failed to settle addresses for ${JSON.stringify(name)}: ${reason}`,
    "look for who has it, or unset /enabledad to do without the question",
  );
}
