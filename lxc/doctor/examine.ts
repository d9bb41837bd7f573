import { withHostLinks } from "../../lib/net/open-links.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { hookLinesOf } from "../hook/lines.ts";
import { detailsOf } from "../network/details.ts";
import { withProgress } from "../output/progress.ts";
import { linksOfLxc } from "./configured-links.ts";
import { daemons } from "./daemons.ts";
import type { Finding } from "./finding.ts";
import { firewall } from "./firewall.ts";
import { forwarding } from "./forwarding.ts";
import { guest } from "./guest.ts";
import { hookLines } from "./hook-lines.ts";
import { kernel } from "./kernel.ts";
import { leases } from "./leases.ts";
import { networks } from "./networks.ts";
import { path } from "./path.ts";
import { programs } from "./programs.ts";
import type { ExaminedContainer, Subject } from "./subject.ts";
import { subnets } from "./subnets.ts";

/** A thing to look at. */
type Probe = (subject: Subject) => Finding[];

/** All of them, in the order in which they are told. */
const probes: Readonly<Record<string, Probe>> = {
  ...{ kernel, programs, path, networks, subnets, forwarding, firewall, daemons, leases },
  ...{ hookLines, linksOfLxc, guest },
};

/**
 * Looks at the host, and at containers.
 *
 * @param isAboutOne One container is asked about.
 */
export function examine(containers: readonly Container[], isAboutOne: boolean): Finding[] {
  const networkFiles = listNetworkFiles(defaultDirectories);
  return withHostLinks((links) => {
    const subject: Subject = {
      networkFiles,
      networks: networkFiles.flatMap(({ file, network, problem }) =>
        network === undefined || problem !== undefined
          ? []
          : [{ file, network, details: detailsOf(network) }],
      ),
      containers: containers.map(read),
      isAboutOne,
      links,
    };
    return withProgress(
      "looking at",
      Object.entries(probes),
      ([name]) => name,
      ([, look]) => look(subject),
    ).flat();
  });
}

function read(container: Container): ExaminedContainer {
  const configuration = readConfiguration(container.configFile);
  return { container, configuration, hookLines: hookLinesOf(configuration) };
}
