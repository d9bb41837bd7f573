import { resultInVersion } from "../../lib/cni/result-format.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { attach as attachContainer } from "../attach/attach.ts";
import { command } from "../command-line/command.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { wantedNetworkForm } from "../hook/wanted-network.ts";
import { print, printJson } from "../output/print.ts";
import { warn } from "../runtime.ts";
import { containerOptions, containerParameter, placesOf } from "./options.ts";

/** `lxc-cni attach` */
export const attach = command({
  name: "attach",
  summary: "attaches a container that runs to one more network",
  parameters: [containerParameter, { name: wantedNetworkForm, count: "one", completes: "network" }],
  options: {
    json: { kind: "flag", does: "print the result of ADD as JSON" },
    ...containerOptions,
  },
  description: `Gives the container an interface on the network: INTERFACE, or the next of eth0, eth1 and so on that is free. It
stays until the container stops or reboots, or until lxc-cni detach. To have it at each start, use lxc-cni
enable as well. The container's /etc/resolv.conf is left alone. A container that was started without the hook of
lxc-cni can be attached, but nobody detaches it when it stops: lxc-cni gc removes what is left then.`,
  examples: [
    { line: "lxc-cni attach web backnet", does: "by the next interface that is free" },
    { line: "lxc-cni attach web backnet:data0,ip=10.20.0.7", does: "by data0, with that address" },
  ],
  run({ words: [name = "", word = ""], options }) {
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    const {
      network,
      interface: link,
      result,
      version,
      whyNotHooked,
    } = attachContainer(container, word, placesOf(options));
    const addresses = result.ips.map(({ address }) => formatPrefix(address));
    if (options.json) printJson(resultInVersion(result, version));
    else print(`${name}: ${[`${link} on ${network}`, ...addresses].join(", ")}\n`);
    if (whyNotHooked !== undefined) {
      warn(`${name} ${whyNotHooked}: detach it before it stops, or call lxc-cni gc after that`);
    }
    return 0;
  },
});
