import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import type { Variant } from "../fixture/variants.ts";
import { attemptLxcCni } from "../networks/on-host.ts";

/** What doctor says of one thing. */
export interface Finding {
  readonly verdict: string;
  readonly what: string;
  readonly where: string;
  readonly remedy: string;
}

/** A fault of a host, and what doctor says of it. */
export interface Fault {
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

/** The container that is to be on the network. */
export const config = "/var/lib/lxc/web/config";
export const root = "/var/lib/lxc/web/rootfs";

/** The network's configuration. */
export const networkFile = "/etc/lxc-cni/net.d/simplenet.conflist";

/** Tests that faults are found, and that what doctor says mends them. */
export function findsAndMends(variant: Variant, faults: Readonly<Record<string, Fault>>): void {
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
      const remedies = found.map(({ remedy }) =>
        remedy.replace(/; or .*|&& (networkctl|nmcli|systemctl) .*/, ""),
      );
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
}

/** A host with a network, and a container that is to be on it. */
export async function prepare(host: Host, variant: Variant): Promise<void> {
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

export async function examine(
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
