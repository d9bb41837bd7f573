import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { hide } from "../fixture/hide.ts";
import type { Host } from "../fixture/host.ts";
import { type IptablesKind, missingIptables, useIptables } from "../fixture/iptables-kind.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { attemptLxcCni, readConfiguration } from "../networks/on-host.ts";
import { describeEngines } from "../runtime/engines.ts";

interface Finding {
  readonly verdict: string;
  readonly what: string;
  readonly where: string;
  readonly remedy: string;
}

/** A fault of a host, and what doctor says of it. */
interface Fault {
  /** The commands of a shell that make it. */
  readonly make: string;
  readonly verdict: "wrong" | "doubtful";
  readonly what: RegExp;
  readonly where?: RegExp;
  /** What it says to do; this is done, and the fault has to be gone, unless it can only be read. */
  readonly remedy: RegExp;
  readonly isToBeRead?: boolean;
  /** What has to be in the environment of lxc-cni. */
  readonly env?: Readonly<Record<string, string>>;
}

const config = "/var/lib/lxc/web/config";
const root = "/var/lib/lxc/web/rootfs";
const file = "/etc/lxc-cni/net.d/simplenet.conflist";

const faults: Readonly<Record<string, Fault>> = {
  "a network that others may write": {
    make: `chmod 666 ${file}`,
    verdict: "wrong",
    what: /can be written by others/,
    where: /simplenet\.conflist/,
    remedy: /^chmod go-w \S+simplenet\.conflist$/,
  },
  "a directory of networks that others may write": {
    make: "chmod 777 /etc/lxc-cni/net.d",
    verdict: "wrong",
    what: /net\.d can be written by others/,
    remedy: /^chmod go-w \/etc\/lxc-cni\/net\.d$/,
  },
  "a network that is no JSON": {
    make: "echo '{' > /etc/lxc-cni/net.d/x.conf",
    verdict: "wrong",
    what: /cannot be used: error unmarshall/,
    where: /x\.conf/,
    remedy: /correct or remove/,
    isToBeRead: true,
  },
  "a plugin that is missing": {
    make: `echo '{"cniVersion":"1.0.0","name":"x","plugins":[{"type":"bridge"},{"type":"no-such-plugin"}]}' > /etc/lxc-cni/net.d/x.conflist`,
    verdict: "wrong",
    what: /plugin no-such-plugin is missing/,
    remedy: /install no-such-plugin into/,
    isToBeRead: true,
  },
  "two networks with one subnet": {
    make: `echo '{"cniVersion":"1.0.0","name":"twin","plugins":[{"type":"bridge","bridge":"twin0","ipam":{"type":"host-local","subnet":"10.10.7.0/24"}}]}' > /etc/lxc-cni/net.d/twin.conflist`,
    verdict: "wrong",
    what: /network twin has the subnet 10\.10\.7\.0\/24, and so has network simplenet/,
    remedy: /network rm twin && lxc-cni network create twin/,
  },
  "a wider route than the subnet of a network": {
    make: "ip link add tun type bridge && ip link set tun up && ip route add 10.0.0.0/8 dev tun",
    verdict: "doubtful",
    what: /simplenet has the subnet 10\.10\.0\.0\/16, and so has route 10\.0\.0\.0\/8 dev tun/,
    remedy: /network rm simplenet && lxc-cni network create simplenet/,
  },
  "a route with the subnet of a network": {
    make: "ip link add tun type bridge && ip link set tun up && ip route add 10.10.7.0/24 dev tun table 7",
    verdict: "wrong",
    what: /simplenet has the subnet 10\.10\.0\.0\/16, and so has route 10\.10\.7\.0\/24 dev tun table 7/,
    remedy: /network rm simplenet && lxc-cni network create simplenet/,
  },
  "forwarding that was turned off": {
    make: "ip link add cni-simplenet type bridge && ip link set cni-simplenet up && sysctl -qw net.ipv4.ip_forward=0",
    verdict: "wrong",
    what: /does not forward IPv4: containers on simplenet/,
    remedy: /^sysctl -w net\.ipv4\.ip_forward=1$/,
  },
  "a FORWARD policy that drops, of Docker's": {
    make: "iptables -P FORWARD DROP && iptables -N DOCKER-USER && iptables -A FORWARD -j DOCKER-USER",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /chain FORWARD of table filter of iptables-nft \(by its policy, made by Docker\)/,
    remedy: /iptables -w -I FORWARD -i cni-simplenet -j ACCEPT/,
  },
  "a last rule that rejects": {
    make: "iptables -A FORWARD -i lo -j ACCEPT && iptables -A FORWARD -j REJECT",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /by its last rule/,
    remedy: /iptables -w -I FORWARD -i cni-simplenet -j ACCEPT/,
  },
  "a chain of nftables whose policy drops": {
    make: "nft 'add table inet mine; add chain inet mine fw { type filter hook forward priority 0; policy drop; }'",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /chain fw of table inet mine of nftables/,
    remedy: /nft insert rule inet mine fw iifname cni-simplenet accept/,
  },
  "a chain of nftables that rejects, of ufw's": {
    make: "nft 'add table ip x; add chain ip x ufw-f; add chain ip x fw { type filter hook forward priority 0; }; add rule ip x fw counter reject'",
    verdict: "wrong",
    what: /packets of network simplenet are dropped/,
    where: /by its last rule, made by ufw/,
    remedy: /nft insert rule ip x fw iifname cni-simplenet accept/,
  },
  "the plugin bridge on PATH": {
    make: "ln -s DIR/bridge /run/bridge",
    verdict: "wrong",
    what: /bridge on PATH is the plugin/,
    remedy: /^rm \/run\/bridge$/,
    env: { PATH: "/run:/usr/sbin:/usr/bin" },
  },
  "leases of an earlier boot": {
    make: "mkdir -p /var/lib/cni/networks/simplenet && printf 'old\\r\\neth0' > /var/lib/cni/networks/simplenet/10.10.0.9 && touch -d 2001-01-01 /var/lib/cni/networks/simplenet/10.10.0.9",
    verdict: "doubtful",
    what: /leased since before the last boot: old \(eth0\)/,
    remedy: /^lxc-cni gc$/,
    isToBeRead: true,
  },
  "systemd-networkd": {
    make: "mkdir -p /run/systemd/netif /etc/systemd/network && printf '[Match]\\nName=en* v*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/20-all.network",
    verdict: "doubtful",
    what: /systemd-networkd configures the ports of containers/,
    where: /20-all\.network/,
    remedy: /^printf .*05-lxc-cni\.network/,
  },
  dhcpcd: {
    make: "echo > /run/dhcpcd.pid && echo hostname > /etc/dhcpcd.conf",
    verdict: "doubtful",
    what: /dhcpcd asks for addresses on the ports/,
    remedy: /^echo 'denyinterfaces veth\*' >> \/etc\/dhcpcd\.conf$/,
  },
  NetworkManager: {
    make: "mkdir -p /run/NetworkManager /etc/NetworkManager/conf.d /etc/udev/rules.d",
    verdict: "doubtful",
    what: /NetworkManager manages the ports/,
    remedy: /^printf .*unmanaged-devices/,
  },
  "hook lines with a relative path": {
    make: `sed -i 's#DIR/lxc-cni#lxc-cni#' ${config}`,
    verdict: "wrong",
    what: /a hook's path must be absolute/,
    where: /web\/config, line \d/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "hook lines with a program that is not there": {
    make: `sed -i 's#DIR/lxc-cni#/no/lxc-cni#' ${config}`,
    verdict: "wrong",
    what: /there is no \/no\/lxc-cni/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "hook lines that are not understood": {
    make: `sed -i 's#hook simplenet#hook simplenet:a:b#' ${config}`,
    verdict: "wrong",
    what: /a hook line is not understood/,
    remedy: /lxc-cni enable web NETWORK$/,
    isToBeRead: true,
  },
  "a network that is not there": {
    make: `sed -i 's#hook simplenet#hook simplenet backnet#' ${config}`,
    verdict: "wrong",
    what: /there is no network backnet/,
    where: /web\/config, line \d/,
    remedy: /^lxc-cni network create backnet$/,
  },
  "no hook at stop": {
    make: `sed -i '/stop/d' ${config}`,
    verdict: "wrong",
    what: /web keeps its addresses and rules when it stops/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "no hook after a stop": {
    make: `sed -i '/post-stop/d' ${config}`,
    verdict: "doubtful",
    what: /no lxc\.hook\.post-stop/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "no hook at start": {
    make: `sed -i '/start-host/d' ${config}`,
    verdict: "wrong",
    what: /web is not attached when it starts/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "a configuration that others may write": {
    make: `chmod 666 ${config}`,
    verdict: "wrong",
    what: /configuration of web can be written by others/,
    remedy: /^chmod go-w \/var\/lib\/lxc\/web\/config$/,
  },
  "a veth of LXC's beside": {
    make: `sed -i 's/type = empty/type = veth/' ${config}`,
    verdict: "wrong",
    what: /LXC gives web a link eth0 \(veth\), which lxc-cni is to make/,
    remedy: /lxc-cni enable web simplenet --replace$/,
  },
  "no network namespace": {
    make: `sed -i '/lxc.net/d' ${config}`,
    verdict: "wrong",
    what: /lxc\.net\.0\.type = empty is missing/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "lo that LXC leaves down": {
    make: `sed -i '/flags/d' ${config}`,
    verdict: "doubtful",
    what: /LXC leaves lo of web down/,
    remedy: /^echo 'lxc\.net\.0\.flags = up' >> \/var\/lib\/lxc\/web\/config$/,
  },
  "udhcpc in the container": {
    make: `mkdir -p ${root}/etc/init.d && printf '#!/bin/sh\\nudhcpc -i eth0\\n' > ${root}/etc/init.d/rcS`,
    verdict: "wrong",
    what: /udhcpc takes the address of web away/,
    where: /rootfs$/,
    remedy: /^sed -i \/udhcpc\/d \/var\/lib\/lxc\/web\/rootfs\/etc\/init\.d\/rcS$/,
  },
  "ifupdown in the container": {
    make: `mkdir -p ${root}/etc/network && printf 'auto eth0\\niface eth0 inet dhcp\\n' > ${root}/etc/network/interfaces`,
    verdict: "doubtful",
    what: /ifupdown waits for DHCP on eth0/,
    remedy: /^sed -i .*inet manual/,
  },
  "systemd-networkd in the container": {
    make: `mkdir -p ${root}/etc/systemd/network && printf '[Match]\\nName=eth0\\n[Network]\\nDHCP=true\\n' > ${root}/etc/systemd/network/eth0.network`,
    verdict: "doubtful",
    what: /systemd-networkd waits for DHCP on eth0/,
    remedy: /^printf .*05-lxc-cni-eth0\.network/,
  },
};

describeEngines("doctor", (variant) => {
  test("finds nothing wrong where all is well, and changes nothing", async ({ host }) => {
    await prepare(host, variant);
    const before = await snapshot(host);
    const { status, findings } = await examine(host, variant);
    expect(findings.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    expect(status).toBe(0);
    expect(difference(before, await snapshot(host))).toEqual([]);
    const said = findings.map(({ what }) => what);
    for (const what of ["network simplenet can be used", "LXC calls lxc-cni when web starts and stops"]) {
      expect(said).toContain(what);
    }
    const { output } = await attemptLxcCni(host, variant, "doctor");
    expect(output.split("\n").length).toBeGreaterThan(findings.length);
    expect(output).toMatch(/^ok {8}the kernel has/);
  });

  // What is found is the same on both engines, but for the time that it takes.
  const tried = Object.entries(faults).filter(
    (_, index) => !variant.name.startsWith("js") || index % 6 === 0,
  );
  for (const [name, fault] of tried) {
    test(`finds ${name}${fault.isToBeRead ? "" : ", and its remedy helps"}`, async ({ host }) => {
      await prepare(host, variant);
      await host.run(["sh", "-euc", fault.make.replaceAll("DIR", variant.directory)]);
      const before = await examine(host, variant, fault);
      const found = before.findings.filter(({ what }) => fault.what.test(what));
      expect(found, JSON.stringify(before.findings, null, 1)).not.toEqual([]);
      for (const finding of found) {
        expect(finding).toMatchObject({
          verdict: fault.verdict,
          remedy: expect.stringMatching(fault.remedy),
        });
        if (fault.where !== undefined) expect(finding.where).toMatch(fault.where);
      }
      expect(before.status).toBe(before.findings.some(({ verdict }) => verdict === "wrong") ? 1 : 0);
      if (fault.isToBeRead) return;
      // What has to be told a program that is not running here is left out.
      const remedies = found.map(({ remedy }) => remedy.replace(/; or .*|&& (networkctl|nmcli) .*/, ""));
      for (const remedy of remedies) {
        const commands = remedy.replaceAll(/\blxc-cni (?=network|enable)/g, `${variant.directory}/lxc-cni `);
        await host.run(["sh", "-euc", commands], {
          env: { ...process.env, ...variant.environment } as never,
        });
      }
      const after = await examine(host, variant, fault);
      expect(after.findings.filter(({ what }) => fault.what.test(what))).toEqual([]);
    });
  }

  test("finds that programs are missing which networks need", async ({ host }) => {
    await prepare(host, variant);
    const shows = [await hide(host, "iptables"), await hide(host, "nft")];
    const { status, findings } = await examine(host, variant);
    expect(status).toBe(1);
    expect(findings).toContainEqual({
      verdict: "wrong",
      what: "iptables is not installed, and networks need it",
      where: "",
      remedy: "apt-get install iptables",
    });
    for (const show of shows) await show();
    expect((await examine(host, variant)).status).toBe(0);
  });

  test("asks about one container, and says when it has nothing to do with lxc-cni", async ({ host }) => {
    await prepare(host, variant);
    await host.write("/var/lib/lxc/other/config", "lxc.net.0.type = veth\n");
    const all = await examine(host, variant);
    expect(all.findings.filter(({ where }) => where.includes("/other/"))).toEqual([]);
    const one = await examine(host, variant, {}, "other");
    expect(one.findings).toContainEqual({
      verdict: "doubtful",
      what: "LXC does not call lxc-cni when other starts",
      where: "/var/lib/lxc/other/config",
      remedy: "lxc-cni enable other NETWORK",
    });
    const none = await attemptLxcCni(host, variant, "doctor", "missing");
    expect(none).toMatchObject({ status: 1, errors: expect.stringContaining("there is other, web") });
  });
});

describeVariants("doctor beside a FORWARD policy that drops", (variant) => {
  for (const kind of ["nft", "legacy"] as IptablesKind[]) {
    test(`of iptables-${kind}, is content with a network whose packets pass`, async ({ host, skip }) => {
      const reason = await missingIptables(host, kind);
      if (reason !== undefined) skip(reason);
      await useIptables(host, kind);
      await host.run(["iptables", "-P", "FORWARD", "DROP"]);
      await prepare(host, variant);
      const { plugins } = await readConfiguration(host, "simplenet");
      const network = networkOn(host, variant, { ...plugins[0], cniVersion: "1.1.0", name: "simplenet" });
      succeeded(await network.add(await host.container("web")));
      const { status, findings } = await examine(host, variant);
      expect({ status, wrong: findings.filter(({ verdict }) => verdict === "wrong") }).toEqual({
        status: 0,
        wrong: [],
      });
      const said = findings.find(({ what }) => what.includes("drops forwarded packets"))?.what;
      expect(said).toMatch(new RegExp(`iptables-${kind} .*but none of the networks'`));
    });
  }
});

/** A host with a network, and a container that is to be on it. */
async function prepare(host: Host, variant: Variant): Promise<void> {
  const created = await attemptLxcCni(
    host,
    variant,
    "network",
    "create",
    "simplenet",
    "--subnet",
    "10.10.0.0/16",
  );
  expect(created).toMatchObject({ status: 0, errors: "" });
  const hook = `${variant.directory}/lxc-cni hook simplenet`;
  await host.run(["mkdir", "-p", root]);
  await host.write(
    config,
    [
      `lxc.rootfs.path = dir:${root}`,
      "lxc.net.0.type = empty",
      "lxc.net.0.flags = up",
      ...["start-host", "stop", "post-stop"].map((type) => `lxc.hook.${type} = ${hook}`),
      "",
    ].join("\n"),
  );
}

async function examine(
  host: Host,
  variant: Variant,
  { env = {} }: Pick<Fault, "env"> = {},
  ...words: string[]
): Promise<{ status: number | null; findings: Finding[] }> {
  const command = [`${variant.directory}/lxc-cni`, "doctor", "--json", ...words];
  const { status, output, errors } = await host.attempt(command, { env: { ...variant.environment, ...env } });
  expect(errors).toBe("");
  return { status, findings: JSON.parse(output) };
}
