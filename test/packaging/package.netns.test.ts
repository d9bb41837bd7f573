import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { commands } from "../../lxc/commands/all.ts";
import { outputOf, runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { commandsOfPage } from "./page.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lxc-cni-packaging-"));
const older = join(work, "older");
const newer = join(work, "newer");

/** What git would have to say, which is not everywhere where tests run. */
const release = { SOURCE_DATE_EPOCH: "1790000000", DEBFULLNAME: "Test", DEBEMAIL: "test@example.org" };

/** What docs/install.md says, and which of it was done. */
const page = commandsOfPage();
const done = new Set<string>();

const hasSystemd = existsSync("/usr/bin/systemd-analyze");

const reason = missing();
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

beforeAll(async () => {
  if (reason !== undefined) return;
  await outputOf(await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${work}/key`]));
  await Promise.all([
    makePackages("0.1.0~1", older),
    makePackages("0.1.0~2", newer, ["--sign", `${work}/key`]),
  ]);
  writeFileSync(`${newer}/allowed_signers`, `releases ${readFileSync(`${work}/key.pub`, "utf8")}`);
}, 120_000);

afterAll(() => rmSync(work, { recursive: true }));

test("the same commit gives the same bytes, wherever, whenever and by whomever it is packed", {
  timeout: 120_000,
}, async () => {
  const again = join(work, "again");
  const strange = { ...release, TZ: "Pacific/Auckland", LC_ALL: "C.UTF-8", HOME: work };
  const words = [...packageCommand("0.1.0~1", again)];
  outputOf(
    await runCommand(["sh", "-c", 'umask 077; exec "$@"', "sh", ...words], {
      env: strange,
      deadline: 60_000,
    }),
  );
  expect(readFileSync(`${again}/SHA256SUMS`, "utf8")).toBe(readFileSync(`${older}/SHA256SUMS`, "utf8"));
  expect(readdirSync(again).sort()).toEqual(readdirSync(older).sort());
});

test("a signature is of whoever has the key, and of these sums", async ({ host }) => {
  await bringPackages(host, newer);
  await asOnPage(host, "Checking what you have");
  const sums = readFileSync(`${newer}/SHA256SUMS`, "utf8");
  await host.write(
    "/mnt/packages/SHA256SUMS",
    sums.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
  );
  const script = page.get("Checking what you have") ?? "";
  const { status } = await host.attempt(["bash", "-ec", `cd /mnt/packages\n${script}`]);
  expect(status).not.toBe(0);
});

describe("the Debian package", () => {
  test("is installed, upgraded and removed, and leaves nothing but state", async ({ host }) => {
    await bringPackages(host, older);
    const before = await filesOf(host);
    const version = await asOnPage(host, "Debian: installing and upgrading");
    expect(version).toMatch(/^lxc-cni .*\n.*QuickJS-ng \S+, musl \S+/m);
    expect(await host.run(["dpkg", "--verify", "lxc-cni"])).toBe("");

    const status = await asOnPage(host, "A first network");
    expect(status).toContain("simplenet");
    await host.write("/var/lib/lxc/web/config", "lxc.uts.name = web\n");
    await host.run(["lxc-cni", "enable", "web", "simplenet"]);
    // A path that an upgrade keeps.
    expect(await host.run(["cat", "/var/lib/lxc/web/config"])).toContain("= /usr/bin/lxc-cni hook simplenet");

    await bringPackages(host, newer);
    await asOnPage(host, "Debian: installing and upgrading");
    expect(await host.run(["dpkg-query", "--show", "lxc-cni"])).toBe("lxc-cni\t0.1.0~2");

    if (hasSystemd) await asOnPage(host, "Units", { SYSTEMD_OFFLINE: "1" });
    await asOnPage(host, "Debian: removing");
    const left = (await filesOf(host)).filter((path) => !before.includes(path));
    expect(left.filter((path) => !/^\/(etc|var\/lib)\/(lxc-cni|cni|lxc)\//.test(path))).toEqual([]);
    expect(left).toContain("/etc/lxc-cni/net.d/10-simplenet.conflist");
  });

  test("has plugins that work for every example, and where other runtimes look", async ({ host }) => {
    await install(host);
    const links = (await asOnPage(host, "Plugins for other runtimes")).split("\n");
    expect(links[0]).toBe("/opt/cni/bin/bridge leads to /usr/libexec/lxc-cni/bridge");
    await host.run(["lxc-cni", "plugins", "link"]);
    for (const name of readdirSync(`${root}/packaging/networks`)) {
      const network = `/usr/share/doc/lxc-cni/examples/${name}`;
      await host.container("blue");
      const env = { CNI_PATH: "/opt/cni/bin" };
      const result = await host.run(["lxc-cni", "add", network, "/run/netns/blue"], { env });
      expect(JSON.parse(result).ips, name).not.toEqual([]);
      await host.run(["lxc-cni", "del", network, "/run/netns/blue"], { env });
      await host.run(["ip", "netns", "del", "blue"]);
    }
    const env = { CNI_COMMAND: "VERSION" };
    const versions = await host.run(["/opt/cni/bin/bridge"], { env, input: '{"cniVersion":"1.1.0"}' });
    expect(JSON.parse(versions).supportedVersions).toContain("1.1.0");
    await host.run(["dpkg", "--purge", "lxc-cni"]);
    expect(await host.run(["ls", "/opt/cni/bin"])).toBe("");
  });

  test("has units that systemd finds nothing wrong with, and enables those that stay enabled", async ({
    host,
    skip,
  }) => {
    if (!hasSystemd) skip("needs systemctl and systemd-analyze (package systemd)");
    await install(host);
    const wanted = "/etc/systemd/system/multi-user.target.wants/lxc-cni-gc.service";
    await host.run(["test", "-L", wanted]);
    const verified = await host.attempt([
      "sh",
      "-c",
      "systemd-analyze verify /usr/lib/systemd/system/lxc-cni*",
    ]);
    expect(verified.errors.split("\n").filter((line) => line.includes("lxc-cni"))).toEqual([]);
    expect(verified.status).toBe(0);
    await asOnPage(host, "Units", { SYSTEMD_OFFLINE: "1" });
    // What was disabled by hand stays so.
    await bringPackages(host, newer);
    await host.run(["sh", "-c", "dpkg --no-triggers --install /mnt/packages/lxc-cni_*.deb"]);
    expect((await host.attempt(["test", "-e", wanted])).status).toBe(1);
  });

  test("has a man page for each command and each plugin", async ({ host }) => {
    await install(host);
    const names = ["lxc-cni.1", "lxc-cni-bridge.5", "lxc-cni-host-local.5"];
    for (const { name } of commands) names.push(`lxc-cni-${name.replaceAll(" ", "-")}.1`);
    const listed = await host.run(["sh", "-c", "ls /usr/share/man/man[15] | grep lxc-cni"]);
    expect(listed.split("\n").sort()).toEqual(names.map((name) => `${name}.gz`).sort());
  });

  test("has man pages that say all, and that troff has nothing against", async ({ host, skip }) => {
    if (!existsSync("/usr/bin/groff")) skip("needs groff (package groff-base)");
    await install(host);
    const pages = "zcat /usr/share/man/man[15]/lxc-cni*.gz";
    const { errors } = await host.attempt(["sh", "-c", `${pages} | groff -man -ww -z -Tutf8`]);
    expect(errors).toBe("");
    const text = await host.run(["sh", "-c", `${pages} | groff -man -Tascii -P-c -P-b -P-u -rLL=110n`]);
    for (const { options } of commands) {
      for (const option of Object.keys(options)) expect(text).toContain(`--${option}`);
    }
    for (const key of ["forceAddress", "rangeStart", "ipSpoofCheck"]) expect(text).toContain(key);
  });

  test("has a file for lxc.include, by which LXC makes no interface", async ({ host, skip }) => {
    if (!existsSync("/usr/bin/lxc-info")) skip("needs lxc-info (package lxc)");
    await install(host);
    const file = "/usr/share/lxc/config/lxc-cni.conf";
    await host.write("/var/lib/lxc/web/config", `lxc.uts.name = web\nlxc.include = ${file}\n`);
    await host.run(["lxc-cni", "network", "create", "net"]);
    // It would ask for --replace or --keep.
    await host.run(["lxc-cni", "enable", "web", "net"]);
    const type = await host.run(["lxc-info", "--name", "web", "--config", "lxc.net.0.type"]);
    expect(type).toBe("lxc.net.0.type = empty");
  });

  test("has the guide and what it refers to, with links to what is there", async ({ host }) => {
    await install(host);
    const directory = "/usr/share/doc/lxc-cni";
    await host.run(["gunzip", `${directory}/NEWS.md.gz`]);
    const found = await host.run(["find", directory, "-name", "*.md", "-printf", "%P\n"]);
    const pages = found.split("\n");
    for (const name of readdirSync(`${root}/docs/guide`)) expect(pages).toContain(`guide/${name}`);
    for (const page of pages) {
      const text = await host.run(["cat", `${directory}/${page}`]);
      const targets = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target = ""]) => target);
      for (const target of targets.filter((each) => !each.startsWith("https:")))
        await host.run(["test", "-f", join(directory, dirname(page), target)]);
    }
    const guide = await host.run(["cat", `${directory}/guide/README.md`]);
    expect(guide).toContain("](../commands.md)");
    expect(await host.run(["cat", `${directory}/bridge.md`])).toContain("../../lxc-cni/schema/bridge.json)");
    // What only those who work on it read is left out, but for its name.
    expect(await host.run(["cat", `${directory}/formats.md`])).toMatch(/(?<!\[)architecture\.md(?!\])/);
  });

  test("says what is inside its executables", async ({ host }) => {
    await install(host);
    const bill = JSON.parse(await host.run(["cat", "/usr/share/doc/lxc-cni/sbom.cdx.json"]));
    const inside = bill.components.map(({ name, version }: Component) => `${name} ${version}`);
    const [, printed = ""] = (await host.run(["lxc-cni", "version"])).split("\n");
    expect(inside.join(", ")).toBe(printed.toLowerCase());
    for (const { name, hashes } of bill.metadata.component.components as Component[]) {
      const sum = await host.run(["sha256sum", `/usr/libexec/lxc-cni/${name}`]);
      expect(sum.split(" ")[0]).toBe(hashes?.[0]?.content);
    }
    const copyright = await host.run(["cat", "/usr/share/doc/lxc-cni/copyright"]);
    for (const [, licence = ""] of copyright.matchAll(/^Files:.*?^License: *(\S+)/gms)) {
      expect(copyright, licence).toMatch(new RegExp(`^License: ${licence}.*\\n .`, "m"));
    }
  });
});

test("lintian finds nothing wrong but what is listed", { timeout: 120_000 }, async ({ skip }) => {
  if (!existsSync("/usr/bin/lintian")) skip("needs lintian");
  const words = [...packageCommand("0.1.0~3", join(work, "linted")), "--lint"];
  outputOf(await runCommand(words, { env: release, deadline: 100_000 }));
});

test("the tarball is installed below /usr/local, and removed", async ({ host }) => {
  await bringPackages(host, newer);
  const before = await filesOf(host);
  expect(await asOnPage(host, "Any other Linux")).toMatch(/^lxc-cni /);
  const network = "/usr/local/share/doc/lxc-cni/examples/10-simplenet.conflist";
  await host.container("blue");
  await host.run(["lxc-cni", "add", network, "/run/netns/blue"]);
  const unit = await host.run(["cat", "/usr/local/lib/systemd/system/lxc-cni-gc.service"]);
  await host.run([/^ExecStart=(\S+)/m.exec(unit)?.[1] ?? "", "version"]);
  const named = (await host.run(["sh", "-c", pathsInOwnFiles])).split("\n");
  expect(named).toContain("/usr/local/share/lxc-cni/schema");
  expect(named.filter((path) => !path.startsWith("/usr/local/"))).toEqual([]);
  await asOnPage(host, "Any other Linux (2)");
  const left = (await filesOf(host)).filter((path) => !before.includes(path));
  expect(left.filter((path) => path.startsWith("/usr/"))).toEqual([]);
});

test("all that docs/install.md says was done here", ({ skip }) => {
  if (!hasSystemd) skip("needs systemctl (package systemd)");
  expect([...page.keys()].filter((heading) => !done.has(heading))).toEqual([]);
});

/** What the tarball's own texts call files of ours, below whatever prefix. */
const pathsInOwnFiles = `
cd /usr/local && zcat --force lib/systemd/system/lxc-cni* share/lxc/config/lxc-cni.conf share/man/man5/lxc-cni-bridge.5.gz |
  tr -d '\\\\' | grep -o '/usr/[a-z/]*/lxc[a-z/-]*'
`;

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly content: string }[];
}

function missing(): string | undefined {
  if (!existsSync(`${root}/dist/bin/lxc-cni`)) return "dist/bin has not been built (npm run build says why)";
  if (!existsSync("/usr/bin/dpkg-deb")) return "needs dpkg-deb: this is no Debian";
  return existsSync("/usr/bin/ssh-keygen") ? undefined : "needs ssh-keygen (package openssh-client)";
}

function packageCommand(version: string, out: string): string[] {
  return [`${root}scripts/package`, "--no-build", "--version", version, "--out", out];
}

async function makePackages(version: string, out: string, words: readonly string[] = []): Promise<void> {
  outputOf(
    await runCommand([...packageCommand(version, out), ...words], { env: release, deadline: 100_000 }),
  );
}

/** Gives a host its own /usr and /opt, over those of the machine, and the packages in /mnt/packages. */
async function bringPackages(host: Host, directory: string): Promise<void> {
  await host.run(["bash", "-ec", ownTrees, "bash", directory]);
}

const ownTrees = `
for tree in usr opt; do
  if [[ -e /mnt/$tree ]]; then continue; fi
  mkdir -p /mnt/$tree /mnt/.overlay/$tree
  mount -t overlay -o lowerdir=/$tree,upperdir=/mnt/$tree,workdir=/mnt/.overlay/$tree overlay /$tree
done
rm -rf /mnt/packages
cp -r "$1" /mnt/packages
`;

async function install(host: Host): Promise<void> {
  await bringPackages(host, older);
  await host.run(["sh", "-c", "dpkg --no-triggers --install /mnt/packages/lxc-cni_*.deb"]);
}

/** Does what the page says below a heading, word by word; but no index of man pages is made anew. */
async function asOnPage(host: Host, heading: string, env: Record<string, string> = {}): Promise<string> {
  const script = page.get(heading);
  if (script === undefined) throw new Error(`docs/install.md has no commands below "${heading}"`);
  done.add(heading);
  const before = `dpkg() { command dpkg --no-triggers "$@"; }\ncd /mnt/packages\n`;
  return await host.run(["bash", "-ec", before + script], { env, deadline: 60_000 });
}

/** The files that a host has besides the machine's, but for what dpkg writes down. */
async function filesOf(host: Host): Promise<string[]> {
  const found = await host.run(["find", "/mnt/usr", "/mnt/opt", "/mnt/etc", "/mnt/var", "!", "-type", "d"]);
  const paths = found.split("\n").map((path) => path.slice("/mnt".length));
  return paths.filter((path) => !/^\/var\/(lib\/dpkg|log|cache)\//.test(path));
}
