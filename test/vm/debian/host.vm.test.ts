import { describe, expect } from "vitest";
import { bootDeadline } from "../machine.ts";
import { labels, makeContainer, makeNetworks, untilGone } from "./container.ts";
import { denials, observe, since } from "./observe.ts";
import { built, type Debian, testOnDebian } from "./test.ts";

/** The profile of Debian's package lxc for lxc-start and what that starts. */
const profile = "/usr/bin/lxc-start (enforce)";

/** How containers are configured, what their first process is confined by, and whose executable the hook is. */
const kinds = {
  "a container, and executables that lie anywhere": {
    config: "",
    label: /^lxc-container-default-cgns \(enforce\)$/,
    lxcCni: `${built}/lxc-cni`,
  },
  "a container as Debian configures them, and the package": {
    config: "lxc.apparmor.profile = generated\nlxc.apparmor.allow_nesting = 1\n",
    label: /^lxc-web_<.*:unconfined \(enforce\)$/,
    lxcCni: "lxc-cni",
  },
};

const test = testOnDebian();
const patience = 120_000;

test("the host is what it should be: systemd, cgroups of version 2 alone, AppArmor", async ({ debian }) => {
  expect(await debian.sh("cat /proc/1/comm")).toBe("systemd");
  expect(await debian.sh("awk '$3 ~ /^cgroup/ { print $2, $3 }' /proc/mounts")).toBe(
    "/sys/fs/cgroup cgroup2",
  );
  expect(await debian.sh("cat /sys/kernel/security/apparmor/profiles")).toContain(`${profile}\n`);
  // The log tells what the profile denies: something that nothing below does.
  const confined = "aa-exec --profile=/usr/bin/lxc-start -- ";
  await debian.sh(
    `! ${confined} sh -c 'echo changeprofile lsb_release > /proc/self/attr/current' 2> /dev/null`,
  );
  expect(await denials(debian)).toEqual([
    expect.stringMatching(/profile="\/usr\/bin\/lxc-start".*lsb_release/),
  ]);
});

describe("confined by AppArmor", () => {
  for (const [kind, circumstances] of Object.entries(kinds)) {
    test(`${kind}: it has its networks, and leaves nothing`, { timeout: patience }, async ({ debian }) => {
      await liveAndLeave(debian, circumstances);
    });
  }
});

/** A container's life: it is made, attached, started, reached, stopped and destroyed, and nothing of it is denied. */
async function liveAndLeave(
  debian: Debian,
  { config, label, lxcCni }: (typeof kinds)[keyof typeof kinds],
): Promise<void> {
  await makeNetworks(debian);
  const [before, denied] = [await observe(debian), await denials(debian)];
  await makeContainer(debian, "web", config);
  await debian.sh(`${lxcCni} enable web full lan --fix-guest`);
  // What a hook is confined by, a hook tells.
  const look = 'lxc.hook.start-host = /bin/sh -c "cat /proc/self/attr/current > /run/label"';
  await debian.sh(`sed -i '1i ${look}' /var/lib/lxc/web/config && lxc-start --name web`);
  expect(await debian.sh("cat /run/label && rm /run/label")).toBe(profile);
  expect(await labels(debian, "web")).toEqual({ first: expect.stringMatching(label), monitor: profile });

  for (const gateway of ["10.30.0.1", "10.20.0.1"]) {
    await debian.sh(`lxc-attach --name web -- /bin/ping -c 1 -W 5 ${gateway}`);
  }
  expect(await debian.sh("lxc-attach --name web -- /bin/cat /etc/resolv.conf")).toContain(
    "nameserver 10.30.0.1",
  );
  await debian.sh(`${lxcCni} check web`);

  await debian.sh("lxc-stop --name web --kill");
  await untilGone(debian, "web");
  await debian.sh("lxc-destroy --name web");
  expect(await since(before, debian)).toEqual([]);
  expect((await denials(debian)).slice(denied.length)).toEqual([]);
}

test("systemd serves an ordinary user's container by the socket", { timeout: patience }, async ({
  debian,
}) => {
  await makeNetworks(debian);
  await debian.sh(
    "useradd --create-home --shell /bin/sh alice && systemctl start user@$(id -u alice).service",
  );
  await debian.write("/etc/lxc-cni/users.conf", "alice lan 1\n");
  await debian.sh("systemctl enable --now lxc-cni.socket");
  const [before, denied] = [await observe(debian), await denials(debian)];
  await debian.write("/home/alice/make", containerOfUser, 0o755);
  await asAlice(debian, "/home/alice/make");
  // It cannot do it itself, since the container's files are not the user's; the user can, as it says.
  const said = await asAlice(debian, "sh -c 'lxc-cni enable web lan --fix-guest 2>&1'");
  await asAlice(debian, /; (lxc-usernsexec .*)/.exec(said)?.[1] ?? "false");
  await asAlice(debian, inScope("lxc-start --name web"));
  expect(await asAlice(debian, inScope("lxc-attach --name web -- /bin/ping -c 1 -W 5 10.20.0.1"))).toContain(
    " 0% packet loss",
  );
  expect(JSON.parse(await debian.sh("lxc-cni ls --json"))).toMatchObject([{ network: "lan" }]);
  await asAlice(debian, inScope("lxc-stop --name web --kill"));
  await untilGone(debian, "web");
  expect(await since(before, debian)).toEqual([]);
  expect((await denials(debian)).slice(denied.length)).toEqual([]);
  expect(await debian.sh("systemctl list-units --state=failed --plain --no-legend 'lxc-cni*'")).toBe("");
});

test("after a power cut, what containers held is free before LXC starts any", {
  timeout: patience + bootDeadline,
}, async ({ debian }) => {
  await makeNetworks(debian);
  for (const name of ["gone", "auto"]) {
    await makeContainer(debian, name, "");
    await debian.sh(`lxc-cni enable ${name} lan --fix-guest && lxc-start --name ${name}`);
  }
  await debian.sh("echo lxc.start.auto = 1 >> /var/lib/lxc/auto/config");
  expect(await leases(debian)).toHaveLength(2);
  await debian.reset();

  const times = await debian.sh(`
systemctl show --property=ExecMainExitTimestampMonotonic --value lxc-cni-gc.service
systemctl show --property=ExecMainStartTimestampMonotonic --value lxc.service`);
  const [collected = 0, started = 0] = times.split("\n").map(Number);
  expect(collected).toBeGreaterThan(0);
  expect(started).toBeGreaterThanOrEqual(collected);
  expect(await debian.sh("journalctl --boot --unit=lxc-cni-gc.service --output=cat")).toContain("gone");
  const attached = JSON.parse(await debian.sh("lxc-cni ls --json"));
  expect(attached).toMatchObject([{ container: "auto", network: "lan", state: "ok" }]);
  expect(await leases(debian)).toHaveLength(1);
  await debian.sh("lxc-attach --name auto -- /bin/ping -c 1 -W 5 10.20.0.1");

  await debian.sh("systemctl stop lxc.service");
  await untilGone(debian, "auto");
  expect(await debian.sh("lxc-cni ls --json")).toBe("[]");
  expect(await leases(debian)).toEqual([]);
});

async function leases(debian: Debian): Promise<string[]> {
  const names = await debian.sh("ls /var/lib/cni/networks/lan");
  return names.split("\n").filter((name) => /^10\./.test(name));
}

/** Made by the user as docs/guide/unprivileged.md has it, but for a root file system that needs no download. */
const containerOfUser = `#!/bin/sh
set -e
mkdir -p ~/.config/lxc
ids() { awk -F : '$1 == "alice" { print $2, $3 }' "$1"; }
cat > ~/.config/lxc/default.conf << END
lxc.idmap = u 0 $(ids /etc/subuid)
lxc.idmap = g 0 $(ids /etc/subgid)
lxc.net.0.type = empty
lxc.net.0.flags = up
END
lxc-create --name web --template busybox
chmod a+x ~ ~/.local ~/.local/share ~/.local/share/lxc
`;

function asAlice(debian: Debian, command: string): Promise<string> {
  const environment =
    "env -i HOME=/home/alice USER=alice PATH=$PATH XDG_RUNTIME_DIR=/run/user/$(id -u alice)";
  return debian.sh(`cd /home/alice && runuser --user alice -- ${environment} ${command}`);
}

/** On a host with cgroups of version 2, ordinary users start LXC in a scope of their own. */
function inScope(command: string): string {
  return `systemd-run --quiet --user --scope --property=Delegate=yes -- ${command}`;
}
