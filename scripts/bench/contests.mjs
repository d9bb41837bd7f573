import { attachmentContests } from "./contests/attachment.mjs";
import { checkpointContests } from "./contests/checkpoint.mjs";
import { crowdContests } from "./contests/crowd.mjs";
import { firstPacketContests } from "./contests/first-packet.mjs";
import { givenAddressContests } from "./contests/given-address.mjs";
import { hookContest } from "./contests/hook.mjs";
import { hostLocalContest } from "./contests/host-local.mjs";
import { leaseContests } from "./contests/leases.mjs";
import { lockContests } from "./contests/locks.mjs";
import { lxcStartContest } from "./contests/lxc-start.mjs";
import { otherWaysContest } from "./contests/other-ways.mjs";
import { scopeContest } from "./contests/scope.mjs";
import { startContest } from "./contests/start.mjs";
import { surveyContest } from "./contests/survey.mjs";

/** All contests, in the order of the table. @type {import("./contest.mjs").Contest[]} */
export const contests = [
  startContest,
  ...attachmentContests,
  ...givenAddressContests,
  hostLocalContest,
  ...leaseContests,
  hookContest,
  lxcStartContest,
  surveyContest,
  ...crowdContests,
  scopeContest,
  ...firstPacketContests,
  ...checkpointContests,
  otherWaysContest,
  ...lockContests,
];
