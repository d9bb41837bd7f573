import type { HookLine } from "../hook/lines.ts";
import { shellWord } from "../output/shell-word.ts";
import { enableCommand } from "./enable-command.ts";
import { doubtful, type Finding, ok, wrong } from "./finding.ts";
import { statusOf } from "./status-of.ts";
import type { ExaminedContainer, Subject } from "./subject.ts";

/** The lines by which LXC calls lxc-cni. */
export function hookLines(subject: Subject): Finding[] {
  return subject.containers.flatMap((each) => {
    if (each.hookLines.length === 0) return subject.isAboutOne ? [none(each)] : [];
    const findings = findingsOf(each, subject);
    const { name, configFile } = each.container;
    return findings.length > 0
      ? findings
      : [ok(`LXC calls lxc-cni when ${name} starts and stops`, configFile)];
  });
}

function none(each: ExaminedContainer): Finding {
  const { name, configFile } = each.container;
  return doubtful(`LXC does not call lxc-cni when ${name} starts`, configFile, enableCommand(each));
}

function findingsOf(each: ExaminedContainer, subject: Subject): Finding[] {
  const { container, hookLines: lines } = each;
  const types = lines.map(({ type }) => type);
  const remedy = enableCommand(each);
  const without: Finding[] = [];
  if (!types.includes("start-host")) {
    without.push(
      wrong(
        `${container.name} is not attached when it starts: it has no lxc.hook.start-host`,
        container.configFile,
        remedy,
      ),
    );
  }
  if (!types.includes("stop") && !types.includes("post-stop")) {
    without.push(
      wrong(
        `${container.name} keeps its addresses and rules when it stops: it has no lxc.hook.stop`,
        container.configFile,
        remedy,
      ),
    );
  } else if (!types.includes("post-stop")) {
    without.push(
      doubtful(
        `a stop of ${container.name} is not tried again: it has no lxc.hook.post-stop`,
        container.configFile,
        remedy,
      ),
    );
  }
  // Mostly, what is wrong with one line is wrong with all of them.
  const ofLines = lines.flatMap((line) => ofLine(line, subject, remedy));
  const distinct = ofLines.filter(({ what }, at) => ofLines.findIndex((other) => other.what === what) === at);
  return [...openToOthers(each), ...distinct, ...without];
}

/** Who can write a container's configuration has root run commands. */
function openToOthers({ container: { configFile, name } }: ExaminedContainer): Finding[] {
  const mode = statusOf(configFile)?.mode ?? 0;
  if ((mode & 0o022) === 0) return [];
  const what = `the configuration of ${name} can be written by others than its owner`;
  return [wrong(what, configFile, `chmod go-w ${shellWord(configFile)}`)];
}

function ofLine(
  { at, executable, words, problem }: HookLine,
  { networks }: Subject,
  remedy: string,
): Finding[] {
  const where = `${at.file}, line ${at.line}`;
  if (words === undefined) return [wrong(`a hook line is not understood: ${problem}`, where, remedy)];
  if (!executable.startsWith("/")) {
    return [wrong(`LXC may not find ${executable}: a hook's path must be absolute`, where, remedy)];
  }
  if (statusOf(executable)?.kind !== "file") {
    return [wrong(`there is no ${executable}: the container does not start`, where, remedy)];
  }
  if (words.networkDirectories.length > 0) return [];
  const missing = words.networks.filter(({ network }) => !isThere(network, networks));
  return missing.map(({ network }) =>
    wrong(
      `there is no network ${network} that can be used: the container does not start`,
      where,
      network.includes("/") ? `correct ${where}` : `lxc-cni network create ${shellWord(network)}`,
    ),
  );
}

function isThere(network: string, networks: Subject["networks"]): boolean {
  if (network.includes("/")) return statusOf(network)?.kind === "file";
  return networks.some((each) => each.network.name === network);
}
