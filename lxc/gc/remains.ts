import type { Lease } from "../../ipam/host-local/leased.ts";
import { attachmentKey, distinctAttachments } from "../../lib/cni/attachment-key.ts";
import type { Attachment, ContainerId, NetworkName } from "../../lib/cni/request.ts";
import { portName } from "../../lib/net/identity.ts";
import type { Link } from "../../lib/net/link-backend.ts";
import type { Run } from "../container/runs.ts";
import { addressesOf } from "../survey/shown.ts";
import type { SurveyedAttachment } from "../survey/survey.ts";

/** What is left of a container that is gone. */
export interface Remains {
  readonly id: ContainerId;
  /** What people call it. */
  readonly container: string;
  /** The run that left it; undefined where no record tells of one. */
  readonly run: Run | undefined;
  readonly attachments: readonly RemainingAttachment[];
}

export interface RemainingAttachment {
  readonly attachment: Attachment;
  /** What there is of it, each in a word or two. */
  readonly parts: readonly string[];
}

/** What there is on a host, when it is looked for what nobody needs. */
export interface Holdings {
  readonly runs: readonly Run[];
  readonly attachments: readonly SurveyedAttachment[];
  readonly leases: readonly NetworkLease[];
  readonly links: readonly Link[];
}

/** A lease, and the network that it is of. */
export interface NetworkLease extends Lease {
  readonly network: NetworkName;
}

/** What decides. */
export interface Criteria {
  /** Whether an id is that of an LXC container, and of nobody else's. */
  isOwn(id: ContainerId): boolean;
  /** Whether LXC runs a container of that id. */
  isLxcRunning(id: ContainerId): boolean;
  /** When an attachment was kept, in milliseconds since 1970. */
  keptSince(attachment: Attachment): number | undefined;
  readonly bootId: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** What is younger, in milliseconds, may be of a container that is just being started. */
export const youth = 60_000;

/**
 * What containers of LXC that are gone have left. Pure.
 *
 * Nothing that may be of another runtime, and nothing that may be in use: a run's record says that its process has ended;
 * or there is no record, but the id is one that only lxc-cni gives, its namespace and its port are gone, and LXC does not
 * run it. Nothing younger than a minute; with a record of an earlier boot, age does not matter.
 */
export function remainsOf(holdings: Holdings, criteria: Criteria): Remains[] {
  return [...remainsOfRuns(holdings, criteria), ...remainsWithoutRun(holdings, criteria)];
}

function remainsOfRuns({ runs, attachments, leases, links }: Holdings, criteria: Criteria): Remains[] {
  const dead = runs.filter((run) => {
    const isOfEarlierBoot = run.incarnation.process.bootId !== criteria.bootId;
    return !run.isRunning && (isOfEarlierBoot || isOld(run.recorded, criteria));
  });
  return dead.map((run) => {
    const own = attachments.filter((each) => each.run === run);
    return {
      id: run.container,
      container: run.incarnation.name ?? run.container,
      run,
      attachments: own.map((each) => ({ attachment: each.attachment, parts: partsOf(each, leases, links) })),
    };
  });
}

/** Records of runs may be lost; what is left then is found by what else there is. */
function remainsWithoutRun({ runs, attachments, leases, links }: Holdings, criteria: Criteria): Remains[] {
  const names = new Set(links.map(({ name }) => name));
  const isGone = (attachment: Attachment) =>
    criteria.isOwn(attachment.container) &&
    !runs.some(({ container }) => container === attachment.container) &&
    !names.has(portName(attachment)) &&
    !criteria.isLxcRunning(attachment.container);
  const kept = attachments.filter(
    ({ run, kept: cached, attachment }) =>
      run === undefined &&
      cached?.hasNamespace === false &&
      isGone(attachment) &&
      isOld(criteria.keptSince(attachment), criteria),
  );
  const known = new Set(attachments.map(({ attachment }) => attachmentKey(attachment)));
  const leased = leases
    .map((lease) => ({ ...lease, attachment: { ...lease.holder, network: lease.network } }))
    .filter((each) => !known.has(attachmentKey(each.attachment)) && isGone(each.attachment));
  const young = new Set(
    leased.filter(({ made }) => !isOld(made, criteria)).map(({ attachment }) => attachmentKey(attachment)),
  );
  const old = leased.filter(({ attachment }) => !young.has(attachmentKey(attachment)));
  return byContainer([
    ...kept.map((each) => ({ attachment: each.attachment, parts: partsOf(each, leases, links) })),
    ...distinctAttachments(old.map(({ attachment }) => attachment)).map((attachment) => ({
      attachment,
      parts: leasesOf(attachment, leases),
    })),
  ]);
}

function isOld(since: number | undefined, { now }: Criteria): boolean {
  return since !== undefined && now - since >= youth;
}

function partsOf(
  surveyed: SurveyedAttachment,
  leases: readonly NetworkLease[],
  links: readonly Link[],
): string[] {
  const { attachment, port, kept } = surveyed;
  const leased = leasesOf(attachment, leases);
  return [
    // Other IPAM plugins keep leases where only they know.
    ...(leased.length > 0 ? leased : addressesOf(surveyed)),
    ...(links.some(({ name }) => name === port) ? [String(port)] : []),
    ...(kept === undefined ? [] : ["result"]),
  ];
}

function leasesOf(attachment: Attachment, leases: readonly NetworkLease[]): string[] {
  const own = leases.filter(
    ({ holder, network }) => attachmentKey({ ...holder, network }) === attachmentKey(attachment),
  );
  return own.map(({ address }) => address);
}

function byContainer(remaining: readonly RemainingAttachment[]): Remains[] {
  const ids = [...new Set(remaining.map(({ attachment }) => attachment.container))];
  return ids.map((id) => ({
    id,
    container: id,
    run: undefined,
    attachments: remaining.filter(({ attachment }) => attachment.container === id),
  }));
}
