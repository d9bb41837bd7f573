import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { hide } from "../fixture/hide.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { callNetwork } from "./attached.ts";
import { recipe } from "./recipe.ts";

const simplenet = { ...recipe, cniVersion: "1.1.0" };

/** Configurations that need a program, and what STATUS says without it. */
const needs: readonly (readonly [keys: object, reason: RegExp])[] = [
  [{ ipMasqBackend: "iptables" }, /iptables is not installed/],
  [{}, /iptables is not installed/],
  [{ ipMasqBackend: "nftables" }, /nft is not installed/],
  [{ ipMasq: false, macspoofchk: true }, /nft is not installed/],
  [{ ipMasq: false, ipSpoofCheck: true }, /nft is not installed/],
  [{ ipMasq: false, forward: "accept" }, /iptables is not installed/],
];

describeVariants("STATUS", (variant) => {
  const statusOf = (host: Host, keys: object = {}) =>
    callNetwork(host, variant, "STATUS", { ...simplenet, ...keys });

  test("succeeds where ADD would, and changes nothing", async ({ host }) => {
    const before = await snapshot(host);
    for (const [keys] of needs) {
      const answer = await statusOf(host, keys);
      succeeded(answer);
      expect(answer.output).toBe("");
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("is 50 where rules cannot be had, and 0 where none are needed; ADD fails likewise", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const hidden = [await hide(host, "iptables")];
    // nft has the rules then.
    succeeded(await statusOf(host));
    hidden.push(await hide(host, "nft"));
    succeeded(await statusOf(host, { ipMasq: false }));
    for (const [keys, reason] of needs) {
      const refusal = refusalOf(await statusOf(host, keys));
      expect(refusal).toMatchObject({ code: 50, msg: expect.stringMatching(reason) });
    }
    for (const keys of [{}, { ipMasqBackend: "nftables" }, { ipMasq: false, macspoofchk: true }]) {
      const failure = refusalOf(await networkOn(host, variant, { ...simplenet, ...keys }).add(c1));
      expect(failure).toMatchObject({ code: 101 });
    }
    for (const show of hidden) await show();
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("is 50 where no address is left", async ({ host }) => {
    const small = { ipam: { type: "host-local", subnet: "10.10.0.0/30" } };
    succeeded(await statusOf(host, small));
    succeeded(await networkOn(host, variant, { ...simplenet, ...small }).add(await host.container("c1")));
    expect(refusalOf(await statusOf(host, small))).toMatchObject({ code: 50 });
  });

  test("is 50 for who may not change networks, or where the bridge or the IPAM plugin is none", async ({
    host,
  }) => {
    const env = { ...variant.environment, CNI_COMMAND: "STATUS", CNI_PATH: variant.directory };
    const without = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
    const input = JSON.stringify(simplenet);
    const { status, output } = await host.attempt([...without, `${variant.directory}/bridge`], {
      env,
      input,
    });
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ code: 50, msg: expect.stringContaining("CAP_NET_ADMIN") });
    const refusal = refusalOf(await statusOf(host, { bridge: "lo" }));
    expect(refusal).toMatchObject({ code: 50, msg: expect.stringContaining("not a bridge") });
    const nobody = refusalOf(await statusOf(host, { ipam: { type: "missing" } }));
    expect(nobody).toMatchObject({
      code: 50,
      msg: expect.stringContaining('failed to find plugin "missing"'),
    });
  });

  test("is not 50 for what cannot work on any host", async ({ host }) => {
    expect(refusalOf(await statusOf(host, { vlan: 5000 }))).toMatchObject({ code: 7 });
    expect(refusalOf(await statusOf(host, { cniVersion: "1.0.0" }))).toMatchObject({ code: 1 });
  });
});
