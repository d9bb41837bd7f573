import { existsSync } from "node:fs";
import { giveCriu, whyNoCriu } from "../checkpoint/criu.ts";
import { type GoPlugins, goPlugins } from "../fixture/go-plugins.ts";
import { attachOutside } from "../fixture/outside.ts";
import { delegateCgroup } from "../lxc/delegate-cgroup.ts";
import { root } from "./page.ts";
import { test } from "./reader.ts";

/** What ours replace, and what Debian 12 has. */
const releases = await Promise.all([goPlugins("1.9.1"), goPlugins("1.1.1")]);
const withGoPlugins = ["docs/guide/ports.md", "docs/guide/moving.md"].flatMap((page) =>
  releases.map((go) => ({ page, go })),
);

/** Puts the Go plugins where Debian's package has them; what is changed there is the host's alone. */
function installed({ directory }: GoPlugins): string {
  const [upper, work] = ["/mnt/go-plugins", "/mnt/.overlay/go-plugins"];
  const layers = `lowerdir=${directory},upperdir=${upper},workdir=${work}`;
  return `mkdir -p /usr/lib/cni ${upper} ${work} && mount -t overlay -o ${layers} overlay /usr/lib/cni`;
}

test("README.md", async ({ reader }) => {
  await reader.follow("README.md");
});

const alone = ["first-container", "networks", "addresses", "dns", "running", "day-to-day", "going-back"];

test.for(alone)("docs/guide/%s.md", async (name, { reader }) => {
  await reader.install();
  await reader.follow(`docs/guide/${name}.md`);
});

test.for(withGoPlugins)("$page, with $go.name", async ({ page, go }, { host, reader, skip }) => {
  if (go.missing !== undefined) skip(go.missing);
  await reader.install();
  await attachOutside(host);
  await reader.follow(page, {
    instead: { "apt-get install containernetworking-plugins": installed(go) },
  });
});

test("docs/guide/checkpoint.md", async ({ host, reader, skip }) => {
  if (whyNoCriu !== undefined) skip(whyNoCriu);
  await reader.install();
  await giveCriu(host);
  await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/srv"]);
  await reader.follow("docs/guide/checkpoint.md", {
    before: { "On another host": otherHost },
    after: { "ssh other lxc-cni ls": "ssh other lxc-stop --name web --kill" },
  });
});

/** Namespaces are the other host, and a program that enters them is ssh. */
const otherHost = `
${root}/scripts/migration/other-host /mnt/ssh < /dev/null > /dev/null 2>&1 &
until [ -e /mnt/ssh ]; do :; done
mount --bind /mnt/ssh "$(command -v ssh)"
`;

test("docs/guide/troubleshooting.md", async ({ host, reader }) => {
  await reader.install();
  await attachOutside(host);
  await reader.follow("docs/guide/troubleshooting.md", {
    before: {
      "The address vanishes": "echo /bin/udhcpc >> /var/lib/lxc/web/rootfs/etc/init.d/rcS",
      "An address, but no world": "iptables -P FORWARD DROP",
    },
    // udhcpc starts when lxc-start has returned.
    after: {
      "lxc-cni enable web lan":
        "while lxc-attach --name web -- ip -4 address show dev eth0 | grep -q inet; do :; done",
    },
  });
});

test("docs/guide/unprivileged.md", async ({ host, reader, skip }) => {
  if (!existsSync("/usr/bin/newuidmap")) skip("needs newuidmap (package uidmap)");
  await reader.install();
  await reader.follow("docs/guide/unprivileged.md", {
    before: { "Started by ordinary users": aUser(await delegateCgroup(host, alice)) },
    instead: {
      "systemctl enable --now lxc-cni.socket": service,
      "lxc-create --name web --template download -- --dist debian --release bookworm --arch amd64": unpack,
    },
  });
});

const [alice, home] = [4242, "/var/lib/alice"];

/** What adduser does, and what a session of systemd-logind has: a part of the tree of cgroups, and systemd-run. */
function aUser(cgroup: string): string {
  return `
echo alice:x:${alice}:${alice}::${home}:/bin/bash >> /etc/passwd
echo alice:x:${alice}: >> /etc/group
echo alice:200000:65536 | tee -a /etc/subuid >> /etc/subgid
mkdir ${home}
chown alice: ${home}
cat > /usr/local/bin/systemd-run << 'END'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
echo $$ > ${cgroup}/user/cgroup.procs
exec "$@"
END
chmod +x /usr/local/bin/systemd-run
`;
}

const service = `
lxc-cni serve --socket /run/lxc-cni/serve.sock < /dev/null > /dev/null 2>&1 &
until [ -S /run/lxc-cni/serve.sock ]; do :; done
`;

/** Has a root file system there whose files are of the ids that the container of the user maps. */
const path = `${home}/.local/share/lxc`;
const unpack = `
mkdir -p ${path}
lxc-create --lxcpath ${path} --name web --template busybox --config ${home}/.config/lxc/default.conf
sed -i /udhcpc/d ${path}/web/rootfs/etc/init.d/rcS
sed -i '/^lxc.mount.auto/s/=.*/= proc:mixed sys:ro/' ${path}/web/config
rm -rf ${path}/web/rootfs/dev/*
find ${path}/web/rootfs -xdev -uid 0 -exec chown --no-dereference 200000:200000 {} +
chown alice: ${home}/.local ${home}/.local/share ${path} ${path}/web ${path}/web/config
chmod 755 ${path}/web
`;
