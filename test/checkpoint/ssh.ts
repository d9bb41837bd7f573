import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { outputOf, runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";
import { test as twoHosts } from "./two-hosts.ts";

const script = fileURLToPath(new URL("../../scripts/sshd", import.meta.url));
const found = spawnSync(script, { encoding: "utf8" });

/** Why there can be no ssh between the hosts of a test; undefined where there can. */
const whyNoSshd = found.status === 0 ? undefined : `needs sshd: ${found.stderr.trim()}`;

/** A test on two hosts, which call each other `other` by ssh. */
export const test = twoHosts.extend<{ ssh: undefined }>({
  ssh: [
    async ({ host, there, skip }, use) => {
      if (whyNoSshd !== undefined) skip(whyNoSshd);
      await there.run(["mkdir", "-p", "/var/lib/lxc"]);
      await connect(host, there);
      await Promise.all([serve(host, addresses.here), serve(there, addresses.there)]);
      await Promise.all([know(host, there, addresses.there), know(there, host, addresses.here)]);
      await use(undefined);
    },
    { auto: true },
  ],
});

/** The hosts' own network, which has nothing to do with that of containers. */
const addresses = { here: "198.51.100.1", there: "198.51.100.2" };

async function connect(host: Host, there: Host): Promise<void> {
  const end = ({ pid }: Host) => ["name", "admin0", "netns", String(pid)];
  outputOf(await runCommand(["ip", "link", "add", ...end(host), "type", "veth", "peer", ...end(there)]));
  await host.run(["ip", "address", "add", `${addresses.here}/24`, "dev", "admin0"]);
  await there.run(["ip", "address", "add", `${addresses.there}/24`, "dev", "admin0"]);
  for (const each of [host, there]) await each.run(["ip", "link", "set", "admin0", "up"]);
}

async function serve(host: Host, address: string): Promise<void> {
  await host.write("/mnt/ssh/sshd_config", `ListenAddress ${address}\n${sshdConfiguration}`);
  await host.run(["sh", "-c", prepareServer, found.stdout.trim()]);
}

/** Has a host know another one, and be let in there. */
async function know(host: Host, other: Host, address: string): Promise<void> {
  await host.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/mnt/ssh/key"]);
  await other.write("/mnt/ssh/authorized", await host.run(["cat", "/mnt/ssh/key.pub"]));
  const key = await other.run(["cat", "/mnt/ssh/host.pub"]);
  await host.write("/mnt/ssh/known", `${address} ${key}\n`);
  await host.write(
    "/etc/ssh/ssh_config.d/lxc-cni-test.conf",
    `Host other\n  HostName ${address}\n${sshConfiguration}`,
  );
}

const sshdConfiguration = `
HostKey /mnt/ssh/host
AuthorizedKeysFile /mnt/ssh/authorized
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
`;

/**
 * The user that it has unprivileged parts run as is made by the package where that is installed. What the machine's root
 * has set for shells and ssh is left out.
 */
const prepareServer = `
set -e
mkdir -p /run/sshd
grep -q ^sshd: /etc/passwd || echo sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin >> /etc/passwd
sed -i 's/^root:!/root:*/' /etc/shadow
sed -i 's|^root:.*|root:x:0:0:root:/mnt:/bin/sh|' /etc/passwd
ssh-keygen -q -t ed25519 -N '' -f /mnt/ssh/host
"$0" -f /mnt/ssh/sshd_config
`;

const sshConfiguration = `
  User root
  IdentityFile /mnt/ssh/key
  IdentitiesOnly yes
  UserKnownHostsFile /mnt/ssh/known
  BatchMode yes
  GSSAPIAuthentication no
`;

/** The words of `lxc-cni migrate` to the other host. */
export function migration({ directory }: Variant, container: string, ...words: string[]): string[] {
  return ["migrate", container, "other", "--remote-program", `${directory}/lxc-cni`, ...words];
}
