import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { doubtful, type Finding, ok, wrong } from "./finding.ts";

/** Features of the kernel. Each is tried in a network namespace that ends with the command, so the host is not changed. */
export function kernel(): Finding[] {
  const findings = [
    needed("network namespaces and bridges", ["ip", ...link, "bridge"], "modprobe bridge"),
    needed("veth pairs", ["ip", ...link, "veth"], "modprobe veth"),
    vlanFiltering(),
  ];
  const masquerading = masqueradingPrograms.filter(([program]) => system.findProgram(program) !== undefined);
  return [
    ...findings,
    ...masquerading.map(([program, ...words]) =>
      needed(`masquerading by ${program}`, [program, ...words], `modprobe ${modules[program]}`),
    ),
  ];
}

/** Whether bridges can have VLANs: some kernels are built without. */
export function vlanFiltering(): Finding {
  return wanted(
    "VLANs of bridges",
    ["ip", ...link, "bridge", "vlan_filtering", "1"],
    "networks with vlan cannot be had",
  );
}

const link = ["link", "add", "name", "probe0", "type"];

const iptablesRule = [
  "-t",
  "nat",
  "-A",
  "POSTROUTING",
  "-m",
  "comment",
  "--comment",
  "probe",
  "-j",
  "MASQUERADE",
];
const masqueradingPrograms = [
  ["iptables", ...iptablesRule],
  [
    "nft",
    "add table inet probe; add chain inet probe post { type nat hook postrouting priority 100; };" +
      "add rule inet probe post ip saddr 10.0.0.0/8 masquerade",
  ],
] as const;

const modules = {
  iptables: "-a ip_tables nf_tables nft_compat xt_MASQUERADE xt_comment",
  nft: "-a nf_tables nft_masq",
};

function needed(what: string, command: readonly string[], remedy: string): Finding {
  const reason = whyNot(command);
  if (reason === undefined) return ok(`the kernel has ${what}`);
  if (reason === notTried) return doubtful(`whether the kernel has ${what} was not tried`, "", tools);
  return wrong(`the kernel does not have ${what}: ${reason}`, "", remedy);
}

function wanted(what: string, command: readonly string[], consequence: string): Finding {
  const reason = whyNot(command);
  if (reason === undefined) return ok(`the kernel has ${what}`);
  if (reason === notTried) return doubtful(`whether the kernel has ${what} was not tried`, "", tools);
  return doubtful(
    `the kernel does not have ${what}: ${consequence}`,
    "",
    "take a kernel with CONFIG_BRIDGE_VLAN_FILTERING",
  );
}

const notTried = "not tried";
const tools = "apt-get install iproute2 util-linux";

/** How long a command may take, in milliseconds: it may load modules. */
const deadline = 20_000;

function whyNot(command: readonly string[]): string | undefined {
  try {
    const { status, errors, late } = system
      .start({ program: "unshare", arguments: ["--net", ...command], deadline })
      .wait();
    if (status === 0) return undefined;
    if (/failed to execute/.test(errors)) return notTried;
    return late ? "it took too long" : (errors.trim().split("\n")[0] ?? "it failed");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return notTried;
    throw error;
  }
}
