import { test } from "vitest";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { callsOn } from "./calls.ts";
import { setUpPodman } from "./podman.ts";

test("podman", { timeout: 120_000 }, async () => {
  let t = Date.now();
  const lap = (what: string, x: unknown = "") => {
    console.log(what, Date.now() - t, x);
    t = Date.now();
  };
  const p = await setUpPodman();
  if (typeof p === "string") throw new Error(p);
  lap("up");
  try {
    const before = await snapshot(p.host);
    lap("create", await p.podman(["network", "create", "n1"]));
    lap("conf", await p.host.run(["sh", "-c", "head -200 /etc/cni/net.d/*"]));
    await p.start("c1", ["--network", "n1", "--publish", "8080:80"]);
    lap("run");
    await p.podman(["rm", "--force", "--time", "0", "c1"]);
    lap("rm");
    console.log(
      (await callsOn(p.host))
        .map(
          (x) =>
            `${x.plugin} ${x.command} ${x.container.slice(0, 12)} ${x.netns} prev=${"prevResult" in x.configuration} ${x.configuration.cniVersion} ${x.status} ${x.path}`,
        )
        .join("\n"),
    );
    lap(
      "diff",
      difference(before, await snapshot(p.host)).filter((l) => !l.includes("rule")),
    );
  } finally {
    await p.end();
  }
});
