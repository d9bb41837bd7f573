import { expect } from "vitest";
import { makeContainer } from "./container.ts";
import { type Debian, testOnDebian } from "./test.ts";

/** A host whose network is configured by everybody: each takes whatever link there is, if it is not told otherwise. */
const everybody = `
printf '[Match]\\nName=*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/50-all.network
systemctl unmask NetworkManager dhcpcd 2> /dev/null
systemctl start NetworkManager systemd-networkd`;

const test = testOnDebian(everybody);
const patience = 120_000;
const shippedForNetworkd = "/usr/lib/systemd/network/05-lxc-cni.network";
const shippedForNetworkManager = "/usr/lib/NetworkManager/conf.d/lxc-cni.conf";

test("the package keeps systemd-networkd and NetworkManager off", { timeout: patience }, async ({
  debian,
}) => {
  await debian.sh("lxc-cni network create lan --subnet 10.20.0.0/24");
  await makeContainer(debian, "web", "");
  await debian.sh("lxc-cni enable web lan --fix-guest && lxc-start --name web");
  const port = await portOf(debian);
  // As harmful as they can be to links that are theirs.
  await debian.sh(
    "systemctl restart systemd-networkd && networkctl reload && nmcli networking off && nmcli networking on",
  );
  expect(await debian.sh("nmcli --terse --fields device,state device")).toMatch(
    new RegExp(`^cni-lan:unmanaged$[^]*^${port}:unmanaged$`, "m"),
  );
  // Of one that it has just come to know, it says that it is pending.
  await expect
    .poll(() => networkdStates(debian))
    .toMatchObject({ "cni-lan": "unmanaged", [port]: "unmanaged" });
  await isAsMade(debian);
  expect(await findings(debian)).toEqual([]);
});

test("without, systemd-networkd takes the port; doctor tells how to mend that", {
  timeout: patience,
}, async ({ debian }) => {
  await debian.sh(`rm ${shippedForNetworkd} && systemctl restart systemd-networkd`);
  await expect.poll(() => isBroken(debian), { timeout: 30_000 }).toBe(true);
  const found = await findings(debian);
  expect(found.map(({ what }) => what)).toEqual([
    "systemd-networkd configures the ports of containers",
    "systemd-networkd configures cni-lan, the gateway of network lan",
  ]);
  await debian.sh(found[0]?.remedy ?? "");
  await debian.sh("systemctl restart systemd-networkd");
  await isAsMade(debian);
  expect(await findings(debian)).toEqual([]);
  await debian.sh("systemctl stop systemd-networkd.socket systemd-networkd; rm -r /run/systemd/netif");
});

test("without, NetworkManager takes the gateway's address, when it is told to let go of everything", {
  timeout: patience,
}, async ({ debian }) => {
  await debian.sh(`rm ${shippedForNetworkManager} && systemctl restart NetworkManager`);
  const managed = "nmcli --get-values GENERAL.STATE device show cni-lan";
  await expect.poll(() => debian.sh(managed), { timeout: 30_000 }).toMatch(/connected/);
  const found = await findings(debian);
  expect(found.map(({ what }) => what)).toEqual([
    "NetworkManager manages cni-lan, the gateway of network lan",
  ]);
  await debian.sh("nmcli networking off");
  expect(await isBroken(debian)).toBe(true);
  await debian.sh("nmcli networking on && lxc-cni repair");
  await debian.sh(found[0]?.remedy ?? "");
  await debian.sh("nmcli networking off && nmcli networking on");
  await isAsMade(debian);
  expect(await findings(debian)).toEqual([]);
  await debian.sh("systemctl stop NetworkManager && rm -r /run/NetworkManager");
});

test("dhcpcd asks on ports; doctor tells how to have it not to", { timeout: patience }, async ({
  debian,
}) => {
  const port = await portOf(debian);
  // One that it may have.
  await debian.sh("ip link add up0 type veth peer name up1 && ip link set up0 up && ip link set up1 up");
  await debian.sh("systemctl start dhcpcd");
  await expect
    .poll(() => askedOn(debian), { timeout: 30_000 })
    .toEqual(expect.arrayContaining([port, "up0"]));
  const found = await findings(debian);
  expect(found.map(({ what }) => what)).toEqual(["dhcpcd asks for addresses on the ports of containers"]);
  await debian.sh(found[0]?.remedy ?? "");
  await expect.poll(() => askedOn(debian), { timeout: 30_000 }).toEqual(expect.arrayContaining(["up0"]));
  expect(await askedOn(debian)).not.toContain(port);
  await isAsMade(debian);
  expect(await findings(debian)).toEqual([]);
});

interface NetworkdLink {
  readonly Name: string;
  readonly AdministrativeState: string;
}

/** What systemd-networkd does with links, by their names. */
async function networkdStates(debian: Debian): Promise<Record<string, string>> {
  const { Interfaces: links } = JSON.parse(await debian.sh("networkctl --json=short list"));
  return Object.fromEntries(
    links.map(({ Name, AdministrativeState }: NetworkdLink) => [Name, AdministrativeState]),
  );
}

async function portOf(debian: Debian): Promise<string> {
  const [attachment] = JSON.parse(await debian.sh("lxc-cni ls --json"));
  return attachment.veth;
}

/** Links that dhcpcd works on since it was started last. */
async function askedOn(debian: Debian): Promise<string[]> {
  const log = await debian.sh(
    "journalctl --output=cat _SYSTEMD_INVOCATION_ID=$(systemctl show --property=InvocationID --value dhcpcd)",
  );
  return [...log.matchAll(/^(\S+): IAID/gm)].map(([, link = ""]) => link);
}

async function isAsMade(debian: Debian): Promise<void> {
  await debian.sh("lxc-cni check web");
  await debian.sh("lxc-attach --name web -- /bin/ping -c 1 -W 5 10.20.0.1");
}

async function isBroken(debian: Debian): Promise<boolean> {
  return (await debian.attempt(["lxc-cni", "check", "web"])).status !== 0;
}

/** What doctor finds of programs that configure links. */
async function findings(debian: Debian): Promise<{ what: string; remedy: string }[]> {
  const { output } = await debian.attempt(["lxc-cni", "doctor", "--json"]);
  const all: { verdict: string; what: string; remedy: string }[] = JSON.parse(output);
  const ofDaemons = /systemd-networkd|NetworkManager|dhcpcd/;
  return all.filter(({ verdict, what }) => verdict !== "ok" && ofDaemons.test(what));
}
