import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { doubtful, type Finding, orOk } from "./finding.ts";
import { networkdFileFor } from "./networkd.ts";
import { statusOf } from "./status-of.ts";

/** A name that the host's end of a container may have. */
const port = { name: "veth22222222222", kind: "veth" };

/** Programs of the host that configure links, and would take a container's for theirs; as far as their files tell. */
export function daemons(): Finding[] {
  return orOk(
    [...networkd(), ...dhcpcd(), ...networkManager()],
    "no program of the host configures containers' links",
  );
}

function networkd(): Finding[] {
  if (!exists("/run/systemd/netif")) return [];
  const found = networkdFileFor(port, "");
  if (found === undefined || found.isUnmanaged) return [];
  const file = "/etc/systemd/network/05-lxc-cni.network";
  return [
    doubtful(
      "systemd-networkd configures the ports of containers",
      found.file,
      `printf '[Match]\\nName=veth*\\n[Link]\\nUnmanaged=yes\\n' > ${file} && networkctl reload`,
    ),
  ];
}

function dhcpcd(): Finding[] {
  const file = "/etc/dhcpcd.conf";
  const isRunning = exists("/run/dhcpcd.pid") || exists("/run/dhcpcd/pid");
  if (!isRunning || /^\s*(denyinterfaces\b.*\bveth|allowinterfaces\b)/m.test(textOf(file))) return [];
  return [
    doubtful(
      "dhcpcd asks for addresses on the ports of containers",
      file,
      `echo 'denyinterfaces veth*' >> ${file}`,
    ),
  ];
}

/** NetworkManager leaves veth alone by a rule of udev that it brings along. */
function networkManager(): Finding[] {
  if (!exists("/run/NetworkManager")) return [];
  const rules = ["/etc", "/usr/lib", "/lib"].map((each) => `${each}/udev/rules.d/85-nm-unmanaged.rules`);
  if (rules.some((file) => textOf(file).includes("veth"))) return [];
  const directory = "/etc/NetworkManager/conf.d";
  const names = system.listDirectory(directory) ?? [];
  const texts = [
    "/etc/NetworkManager/NetworkManager.conf",
    ...names.map((name) => `${directory}/${name}`),
  ].map(textOf);
  if (texts.some((text) => /^\s*unmanaged-devices\s*=.*veth/m.test(text))) return [];
  const entry = "[keyfile]\\nunmanaged-devices=interface-name:veth*\\n";
  return [
    doubtful(
      "NetworkManager manages the ports of containers",
      "/etc/NetworkManager",
      `printf '${entry}' > ${directory}/lxc-cni.conf && nmcli general reload`,
    ),
  ];
}

function exists(path: string): boolean {
  return statusOf(path) !== undefined;
}

function textOf(file: string): string {
  try {
    return system.readRegular(file);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}
