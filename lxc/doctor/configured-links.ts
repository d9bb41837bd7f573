import { type ConfiguredLink, configuredLinks } from "../container/configuration.ts";
import { shellWord } from "../output/shell-word.ts";
import { enableCommand } from "./enable-command.ts";
import { doubtful, type Finding, ok, wrong } from "./finding.ts";
import { attachedContainers, type ExaminedContainer, type Subject } from "./subject.ts";

/** What LXC itself gives the containers that lxc-cni attaches: it should be nothing but lo. */
export function linksOfLxc(subject: Subject): Finding[] {
  return attachedContainers(subject).flatMap((each) => {
    const links = configuredLinks(each.configuration);
    const { name, configFile } = each.container;
    if (links.length === 0) {
      return [
        wrong(
          `${name} has no network namespace of its own: lxc.net.0.type = empty is missing`,
          configFile,
          enableCommand(each),
        ),
      ];
    }
    const findings = links.flatMap((link) => ofLink(link, each));
    return findings.length > 0 ? findings : [ok(`LXC makes no link in ${name} but lo`, configFile)];
  });
}

function ofLink({ index, type, settings, at }: ConfiguredLink, each: ExaminedContainer): Finding[] {
  const { name, configFile } = each.container;
  const where = `${at.file}, line ${at.line}`;
  if (type === "empty") {
    if (settings.get("flags") === "up") return [];
    const remedy = `echo 'lxc.net.${index}.flags = up' >> ${shellWord(configFile)}`;
    return [doubtful(`LXC leaves lo of ${name} down: lxc.net.${index}.flags = up is missing`, where, remedy)];
  }
  if (type === "none") {
    return [wrong(`${name} is in the network namespace of the host`, where, enableCommand(each))];
  }
  const link = settings.get("name") ?? `eth${index}`;
  const isWanted = each.hookLines.some(({ words }) =>
    words?.networks.some((network) => network.interface === link),
  );
  const remedy = enableCommand(each, "--replace");
  if (isWanted) {
    return [
      wrong(
        `LXC gives ${name} a link ${link} (${type}), which lxc-cni is to make: the container does not start`,
        where,
        remedy,
      ),
    ];
  }
  return [doubtful(`LXC gives ${name} a link ${link} (${type}), beside those of lxc-cni`, where, remedy)];
}
