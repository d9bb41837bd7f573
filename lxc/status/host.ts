import type { JsonObject } from "../../lib/cni/json.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { errorDirectory } from "../container/forget-last-error.ts";
import { LastError } from "../container/last-error.schema.ts";
import { listRecords } from "../container/list-records.ts";
import { printable } from "../output/printable.ts";
import { styled } from "../output/style.ts";
import { tableOf } from "../output/table.ts";
import type { Places } from "../runtime.ts";
import { readRecords } from "../survey/records.ts";
import { attachmentJson, linesOf } from "../survey/shown.ts";
import { type SurveyedAttachment, surveyOf } from "../survey/survey.ts";
import { type NetworkStatus, statusOfNetworks } from "./networks.ts";

/** How a host is: its networks, and the containers of LXC on them. */
export interface HostStatus {
  readonly networks: readonly NetworkStatus[];
  /** Those of LXC. */
  readonly attachments: readonly SurveyedAttachment[];
  readonly failures: readonly Failure[];
}

/** What failed last for a container. */
export interface Failure {
  /** Its name, where it is known, or its CNI id. */
  readonly container: string;
  readonly error: LastError;
}

/** @param nameOf The name of a container of LXC. */
export function readHostStatus(
  places: Places,
  nameOf: (id: ContainerId) => string | undefined,
  warn: (text: string) => void,
): HostStatus {
  const attachments = surveyOf(readRecords(warn)).filter(({ run }) => run !== undefined);
  const isUsed = (network: string) => attachments.some(({ attachment }) => attachment.network === network);
  const failures = listRecords<LastError>(errorDirectory, LastError, warn).map(({ container, record }) => ({
    container: nameOf(container) ?? container,
    error: record,
  }));
  return { networks: statusOfNetworks(places, isUsed), attachments, failures };
}

/** Whether something is wrong. */
export function isHostWrong({ networks, attachments, failures }: HostStatus): boolean {
  return (
    networks.some(({ state }) => state === "not ready") ||
    attachments.some(({ state }) => state !== "ok") ||
    failures.length > 0
  );
}

/** What programs are told of it. */
export function hostJson({ networks, attachments, failures }: HostStatus): JsonObject {
  return {
    networks: networks.map((each) => ({ ...each })),
    attachments: attachments.map(attachmentJson),
    failures: failures.map(({ container, error }) => ({ container, ...error })),
  };
}

/** What people are told of it. */
export function hostInWords({ networks, attachments, failures }: HostStatus): string {
  const rows = networks.map(({ name, file, state }) => [
    name ?? file,
    styled(state, state === "not ready" ? "bad" : "good"),
    String(attachments.filter(({ attachment }) => attachment.network === name).length),
  ]);
  const problems = networks.flatMap(({ name, file, problem }) =>
    problem === undefined ? [] : [`${styled(`${printable(name ?? file)}:`, "bad")} ${printable(problem)}\n`],
  );
  const wrong = attachments.filter(({ state }) => state !== "ok");
  const lines = [
    ...problems,
    ...wrong.flatMap((each) => linesOf(each, each.state, each.notes, "bad")),
    ...failures.map(
      ({ container, error }) =>
        `${styled(`${printable(container)}:`, "bad")} ${error.hook} failed: ${printable(error.message)}; lxc-cni status ${printable(container)} says more\n`,
    ),
    ...(wrong.some(({ state }) => state === "broken") ? ["lxc-cni repair mends what can be mended\n"] : []),
    ...(wrong.some(({ state }) => state === "stale") ? ["lxc-cni gc removes what is left\n"] : []),
  ];
  if (networks.length === 0) lines.push("there is no network: lxc-cni network create NAME makes one\n");
  const table = tableOf(["NETWORK", "STATE", "ATTACHMENTS"], rows);
  return `${table}${lines.length === 0 ? "" : "\n"}${lines.join("")}`;
}
