import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { test as onHost } from "../fixture/test.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeEngines } from "../runtime/engines.ts";
import { writeScript } from "./scratch.ts";

/** A test that gets a copy of the executables of a variant, to be meddled with. */
const test = onHost.extend<{ copyOf: (variant: Variant) => Variant }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants to see that it needs no other fixture.
  copyOf: async ({}, use) => {
    const directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
    await use((variant) => {
      cpSync(variant.directory, `${directory}/own`, { recursive: true, verbatimSymlinks: true });
      return { ...variant, directory: `${directory}/own` };
    });
    rmSync(directory, { recursive: true });
  },
});

describeEngines("an IPAM plugin of a bridge", (variant) => {
  test("is called within the process when it is a sibling of the same build", async ({ host, copyOf }) => {
    const copy = copyOf(variant);
    const noted = replaceByScript(`${copy.directory}/host-local`, buildIdOf(copy));
    expect(await callsOf(noted, host, copy, copy.directory)).toEqual([]);
  });

  test("is that also when it is found by a link from elsewhere", async ({ host, copyOf }) => {
    const copy = copyOf(variant);
    const noted = replaceByScript(`${copy.directory}/host-local`, buildIdOf(copy));
    mkdirSync(`${copy.directory}/links`);
    symlinkSync("../host-local", `${copy.directory}/links/host-local`);
    expect(await callsOf(noted, host, copy, `${copy.directory}/links`)).toEqual([]);
  });

  test("is executed when it is of another build", async ({ host, copyOf }) => {
    const copy = copyOf(variant);
    const noted = replaceByScript(`${copy.directory}/host-local`, "0123456789abcdef");
    expect(await callsOf(noted, host, copy, copy.directory)).toEqual(["DEL"]);
  });

  test("is executed when it is in another directory", async ({ host, copyOf }) => {
    const copy = copyOf(variant);
    const noted = replaceByScript(`${copy.directory}/other/host-local`, buildIdOf(copy));
    expect(await callsOf(noted, host, copy, `${copy.directory}/other`)).toEqual(["DEL"]);
  });

  test("is executed when it is another plugin, of whatever build", async ({ host, copyOf }) => {
    const copy = copyOf(variant);
    const noted = replaceByScript(`${copy.directory}/static`, buildIdOf(copy));
    expect(await callsOf(noted, host, copy, copy.directory, "static")).toEqual(["DEL"]);
  });
});

/** The verbs that an IPAM plugin was executed with during a DEL of bridge. */
async function callsOf(noted: string, host: Host, variant: Variant, cniPath: string, ipam = "host-local") {
  const network = { cniVersion: "1.0.0", name: "net", type: "bridge", ipam: { type: ipam } };
  const c1 = await host.container("c1");
  succeeded(await networkOn(host, variant, network).del(c1, { env: { CNI_PATH: cniPath } }));
  return (await host.run(["cat", noted])).split("\n").filter((line) => line !== "");
}

/** Puts a script in the place of an executable, that ends as one of that build. Returns where it notes its calls. */
function replaceByScript(path: string, buildId: string): string {
  // Of a link, as there is one for each bundle, what it leads to.
  const real = existsSync(path) ? realpathSync(path) : path;
  rmSync(real, { force: true });
  writeScript(real, [`echo $CNI_COMMAND >> ${path}.calls`, `#lxc-cni-build:${buildId}`]);
  writeFileSync(`${path}.calls`, "");
  return `${path}.calls`;
}

function buildIdOf({ directory }: Variant): string {
  return /lxc-cni-build:([0-9a-f]{16})\n$/.exec(readFileSync(`${directory}/bridge`, "latin1"))?.[1] ?? "none";
}
