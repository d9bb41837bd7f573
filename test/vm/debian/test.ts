import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, test as base, beforeAll, type TestAPI } from "vitest";
import { outputOf, runCommand } from "../../fixture/command.ts";
import type { Host } from "../../fixture/host.ts";
import { wholeMachine } from "../host.ts";
import { bootDeadline, bootMachine, type Machine } from "../machine.ts";

/** A Debian with systemd as its first process, and our package installed. */
export interface Debian extends Host {
  /** Runs a script of the shell, which ends with the first command that fails. @returns what it printed */
  sh(script: string): Promise<string>;

  /** Cuts its power, and waits until it is there again. */
  reset(): Promise<void>;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The executables as `npm run build` leaves them, beside the package. */
export const built = "/opt/dist/bin";

const deadline = 120_000;

/**
 * A test on a Debian in a virtual machine. The tests of a file share the machine, and all that is done to it, so they
 * run in their order.
 *
 * @param prepare A script of the shell that runs before the package is installed.
 */
export function testOnDebian(prepare = ":"): TestAPI<{ debian: Debian }> {
  let machine: Machine | string;
  beforeAll(async () => {
    machine = await bootWithPackage();
    if (typeof machine === "string") return;
    await debianOf(machine).sh(prepare);
    await debianOf(machine).sh("dpkg --install /root/packages/*.deb");
  }, bootDeadline + deadline);
  afterAll(async () => {
    if (typeof machine === "object") await machine.end();
  });
  return base.extend<{ debian: Debian }>({
    debian: async ({ skip }, use) => {
      if (typeof machine === "string") return skip(machine);
      await use(debianOf(machine));
    },
  });
}

async function bootWithPackage(): Promise<Machine | string> {
  if (!existsSync(`${root}dist/bin/lxc-cni`)) return "dist/bin has not been built (npm run build says why)";
  const scratch = await mkdtemp(join(tmpdir(), "lxc-cni-debian-"));
  try {
    // What git would have to say, which is not everywhere where tests run.
    const env = { SOURCE_DATE_EPOCH: "1790000000", DEBFULLNAME: "Test", DEBEMAIL: "test@example.org" };
    const make = [`${root}scripts/package`, "--no-build", "--version", "0.1.0~1", "--out", scratch];
    outputOf(await runCommand(make, { env, deadline }));
    const name = readdirSync(scratch).find((each) => each.endsWith(".deb"));
    const copies = { [`/root/packages/${name}`]: `${scratch}/${name}`, [built]: `${root}dist/bin` };
    return await bootMachine({ debian: true, copies });
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function debianOf(machine: Machine): Debian {
  const host = wholeMachine(machine);
  return {
    ...host,
    sh: (script) => host.run(["sh", "-ec", script], { deadline }),
    reset: machine.reset,
  };
}
