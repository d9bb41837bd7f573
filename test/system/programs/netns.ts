import { system } from "#system";
import type { Netns } from "../../../lib/system/system.ts";
import { observe } from "./observations.ts";

const forwarding = "/proc/sys/net/ipv4/ip_forward";

/**
 * @param base A directory to write in.
 * @param firstPath The path of a new network namespace.
 * @param secondPath That of another one.
 */
export function observeNetns(base: string, firstPath: string, secondPath: string): void {
  const look = (name: string, action: () => unknown) => observe(name, action, { [base]: "BASE" });
  const first = system.openNetns(firstPath);
  const second = system.openNetns(secondPath);
  const own = system.openNetns("/proc/self/ns/net");

  look("netns, identity has its form", () => /^\d+:\d+$/.test(first.identity));
  look("netns, identities differ", () => new Set([first, second, own].map((netns) => netns.identity)).size);
  look("netns, opened again", () => identityOf(firstPath) === first.identity);
  look("netns, opened by its descriptor", () => identityOf(first.path) === first.identity);
  look("netns, path", () => first.path === `/proc/${system.pid}/fd/${first.descriptor}`);
  look("netns, missing", () => system.openNetns(`${base}/missing`));
  look("netns, file", () => system.openNetns("/dev/null"));
  look("netns, directory", () => system.openNetns("/"));
  look("netns, other namespace", () => system.openNetns("/proc/self/ns/mnt"));
  system.start({ program: "mkfifo", arguments: [`${base}/fifo`], deadline: 5000 }).wait();
  look("netns, fifo", () => system.openNetns(`${base}/fifo`));

  look(
    "netns, command",
    () => inode(inNetns(first, "readlink", "/proc/self/ns/net")) === first.identity.split(":")[1],
  );
  look("netns, command, own as before", () => `${own.identity}` === identityOf("/proc/self/ns/net"));
  look("netns, command, status", () => inNetns(first, "sh", "-c", "echo out; echo err >&2; exit 42"));
  look("netns, command, missing", () => inNetns(first, "no-such-program-here"));
  look("netns, command, missing path", () => inNetns(first, `${base}/missing`));
  look("netns, command, input", () =>
    system.start({ program: "cat", arguments: [], input: "x", netns: first, deadline: 10_000 }).wait(),
  );
  look("netns, command, late", () =>
    system.start({ program: "sleep", arguments: ["1000"], netns: first, deadline: 200 }).wait(),
  );

  look("sysctl, before", () => [system.readText(forwarding, first), system.readText(forwarding, second)]);
  look("sysctl, write", () => system.writeInPlace(forwarding, "1", first));
  look("sysctl, after", () => [system.readText(forwarding, first), system.readText(forwarding, second)]);
  look("sysctl, refused value", () =>
    system.writeInPlace("/proc/sys/net/ipv4/ip_default_ttl", "1000", first),
  );
  look("sysctl, missing", () => system.readText(`${forwarding}_x`, first));
  look("sysctl, missing, write", () => system.writeInPlace(`${forwarding}_x`, "1", first));
  look("sysctl, directory", () => system.readText("/proc/sys/net", first));
  look("sysctl, read-only", () =>
    system.writeInPlace("/proc/sys/net/netfilter/nf_conntrack_count_x", "1", first),
  );

  for (const netns of [first, second, own]) netns.close();
  first.close();
}

function identityOf(path: string): string {
  const netns = system.openNetns(path);
  netns.close();
  return netns.identity;
}

function inNetns(netns: Netns, program: string, ...rest: string[]) {
  return system.start({ program, arguments: rest, netns, deadline: 10_000 }).wait();
}

function inode({ output }: { output: string }): string | undefined {
  return /^net:\[(\d+)\]$/m.exec(output)?.[1];
}
