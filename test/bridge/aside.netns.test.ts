import { beforeEach, describe, expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";

const [native] = variants;

describe("a process aside", () => {
  beforeEach(({ skip }) => {
    const reason = native === undefined ? "there are no executables" : missing(native);
    if (reason !== undefined) skip(reason);
  });

  test("that cannot work, in another PID namespace than its parent's, is done without", async ({ host }) => {
    if (native === undefined) return;
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const network = networkOn(host, native, networkCases.plain.configuration);
    succeeded(await network.add(c1));
    const start = Date.now();
    // Without --fork: the plugin is where it was, and what it starts is in the new namespace.
    succeeded(await network.del(c1, { by: ["unshare", "--pid"] }));
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
