import type { JsonObject } from "../../lib/cni/json.ts";
import type { Dns, Result, Route } from "../../lib/cni/result.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { readConfiguration } from "../container/configuration.ts";
import { requireContainer } from "../container/containers.ts";
import { containerIdOf } from "../container/id.ts";
import type { LastError } from "../container/last-error.schema.ts";
import { readLastError } from "../container/last-error.ts";
import { isContainerRunning } from "../container/running.ts";
import { networksAtStart } from "../hook/lines.ts";
import { printable } from "../output/printable.ts";
import { styled } from "../output/style.ts";
import { checkpointedAttachments } from "../survey/checkpointed.ts";
import { isCalled } from "../survey/choose.ts";
import { readRecords } from "../survey/records.ts";
import { addressesOf, attachmentJson, macOf, styledState } from "../survey/shown.ts";
import { type SurveyedAttachment, surveyOf } from "../survey/survey.ts";

/** What there is to be said of a container. */
export interface ContainerStatus {
  readonly name: string;
  readonly attachments: readonly SurveyedAttachment[];
  readonly lastError: LastError | undefined;
  /** The networks that its configuration has it attached to when it starts. */
  readonly atStart: readonly string[];
  /** Whether LXC runs it, whatever it is attached to. */
  readonly isRunning: boolean;
}

/**
 * Looks at a container.
 *
 * @param name Its name, or its CNI id.
 * @param lxcPath The directory that LXC keeps it in, unless records tell of another.
 * @throws CniError 3 where neither LXC nor any record knows it.
 */
export function readContainerStatus(
  name: string,
  lxcPath: string,
  warn: (text: string) => void,
): ContainerStatus {
  const all = [...surveyOf(readRecords(warn)), ...checkpointedAttachments(warn)];
  const attachments = all.filter((each) => isCalled(each, name));
  const recorded = attachments.find(({ run, checkpoint }) => run !== undefined || checkpoint !== undefined);
  const lastError = readLastError(recorded?.attachment.container ?? containerIdOf(name, lxcPath));
  if (attachments.length > 0 || lastError !== undefined) {
    return { name, attachments, lastError, atStart: [], isRunning: false };
  }
  const container = requireContainer(name, lxcPath);
  const atStart = networksAtStart(readConfiguration(container.configFile)).map(({ network }) => network);
  return { name, attachments, lastError, atStart, isRunning: isContainerRunning(container) };
}

/** Whether something is wrong: nothing attached counts, too. */
export function isWrong({ attachments, lastError }: ContainerStatus): boolean {
  return (
    attachments.length === 0 || lastError !== undefined || attachments.some(({ state }) => state !== "ok")
  );
}

/** What programs are told of it. */
export function containerJson(status: ContainerStatus): JsonObject {
  const { name, attachments, lastError } = status;
  return {
    container: name,
    attachments: attachments.map((each) => ({
      ...attachmentJson(each),
      ...detailsOf(each),
      since: sinceOf(each),
    })),
    lastError: lastError && { ...lastError },
    next: nextSteps(status),
  };
}

/** What people are told of it. */
export function containerInWords(status: ContainerStatus): string {
  const { name, attachments, lastError } = status;
  const blocks = [
    `${styled(printable(name), "heading")}\n${processInWords(attachments)}`,
    ...attachments.map(attachmentInWords),
    ...(lastError === undefined ? [] : [errorInWords(lastError)]),
    ...nextSteps(status).map((step) => `  ${styled("next", "heading")}  ${printable(step)}\n`),
  ];
  return blocks.join("");
}

function processInWords(attachments: readonly SurveyedAttachment[]): string {
  const run = attachments[0]?.run;
  const since = attachments[0] === undefined ? undefined : sinceOf(attachments[0]);
  if (attachments.length === 0) return "  not attached to any network\n";
  if (attachments[0]?.checkpoint !== undefined)
    return `  checkpointed at ${attachments[0].checkpoint.time}\n`;
  if (run === undefined) return "  attached by another runtime\n";
  return run.isRunning
    ? `  attached since ${since}, process ${run.incarnation.process.pid}\n`
    : `  was attached at ${since}, and has stopped\n`;
}

/** When it was recorded, in UTC. */
function sinceOf({ run }: SurveyedAttachment): string | undefined {
  return run && `${new Date(run.recorded).toISOString().slice(0, 19)}Z`;
}

function attachmentInWords(surveyed: SurveyedAttachment): string {
  const { attachment, state, notes, port, bridge } = surveyed;
  const { gateways, routes, dns } = detailsOf(surveyed);
  const host = [port, bridge].filter((each) => each !== undefined).join(" on ");
  const lines: readonly (readonly [string, string])[] = [
    ["addresses", addressesOf(surveyed).join(", ")],
    ["gateways", gateways.join(", ")],
    ["routes", routes.join(", ")],
    [
      "DNS",
      Object.entries(dns)
        .map(([key, value]) => `${key} ${[value].flat().join(" ")}`)
        .join(", "),
    ],
    ["MAC", macOf(surveyed) ?? ""],
    ["veth", host],
    ...notes.map((note) => ["problem", note] as const),
  ];
  const shown = lines.filter(([, text]) => text !== "");
  const heading = `  ${attachment.interface} on ${attachment.network}: ${styledState(state)}\n`;
  return heading + shown.map(([name, text]) => `    ${name.padEnd(10)} ${printable(text)}\n`).join("");
}

interface Details {
  readonly gateways: readonly string[];
  readonly routes: readonly string[];
  readonly dns: Readonly<Record<string, string | readonly string[]>>;
}

function detailsOf({ result }: SurveyedAttachment): Details {
  return {
    gateways: gatewaysIn(result),
    routes: (result?.routes ?? []).map(routeInWords),
    dns: givenIn(result?.dns ?? {}),
  };
}

function gatewaysIn(result: Result | undefined): string[] {
  return [
    ...new Set((result?.ips ?? []).flatMap(({ gateway }) => (gateway ? [formatAddress(gateway)] : []))),
  ];
}

function routeInWords({ dst, gw }: Route): string {
  return `${formatPrefix(dst)}${gw === undefined ? "" : ` via ${formatAddress(gw)}`}`;
}

function givenIn(dns: Dns): Details["dns"] {
  return Object.fromEntries(
    Object.entries(dns).filter(([, value]) => value !== undefined && value.length > 0),
  );
}

function errorInWords({ time, hook, network, interface: name, code, message, details }: LastError): string {
  const where = network === undefined ? "" : `, ${name ?? ""} on ${network}`;
  const text = details === "" ? message : `${message}; ${details}`;
  return `  ${styled("failed", "bad")} at ${printable(`${time}, ${hook}${where}: ${text}`)} (code ${code})\n`;
}

/** What to do about it, most urgent first. */
function nextSteps(status: ContainerStatus): string[] {
  const { name, attachments, lastError } = status;
  const has = (state: SurveyedAttachment["state"]) =>
    attachments.some((each) => each.state === state && each.run);
  const isRunning = attachments.some(({ run }) => run?.isRunning);
  const checkpoint = attachments.find((each) => each.checkpoint !== undefined)?.checkpoint;
  if (checkpoint !== undefined) {
    const restore = `lxc-cni restore ${name} ${checkpoint.directory ?? "DIR"}`;
    return [`${restore} has it go on, lxc-cni release ${name} gives it up`];
  }
  return [
    ...(lastError !== undefined && !isRunning
      ? [`see to what failed (lxc-cni status asks the networks), then start it: lxc-start ${name}`]
      : []),
    ...(has("broken") ? [`lxc-cni repair ${name} mends what can be mended`] : []),
    ...(has("stale") ? ["lxc-cni gc removes what is left"] : []),
    ...(attachments.length === 0 && lastError === undefined ? [firstStep(status)] : []),
  ];
}

/** How a container that is on no network gets onto one. */
function firstStep({ name, atStart, isRunning }: ContainerStatus): string {
  if (atStart.length === 0) return `lxc-cni enable ${name} NETWORK attaches it from its next start on`;
  const networks = atStart.join(", ");
  return isRunning
    ? `its next start attaches it to ${networks}: this one began without lxc-cni`
    : `lxc-start ${name} attaches it to ${networks}`;
}
