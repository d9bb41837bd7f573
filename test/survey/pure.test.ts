import { describe, expect, test } from "vitest";
import type { Attachment, ContainerId, NetworkName } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";
import type { Link } from "../../lib/net/link-backend.ts";
import type { Run } from "../../lxc/container/runs.ts";
import { inUse } from "../../lxc/gc/in-plugins.ts";
import { type Criteria, type Holdings, type NetworkLease, remainsOf } from "../../lxc/gc/remains.ts";
import { isChanged } from "../../lxc/gc/remove.ts";
import { judge } from "../../lxc/survey/judge.ts";
import type { KeptAttachment } from "../../lxc/survey/records.ts";
import { surveyOf } from "../../lxc/survey/survey.ts";

const now = 1_800_000_000_000;
const old = now - 61_000;
const bootId = "this boot";

const attachmentOf = (container: string): Attachment => ({
  network: "net" as NetworkName,
  container: container as ContainerId,
  interface: "eth0" as LinkName,
});

function run(container: string, more: Partial<Run> = {}, boot = bootId): Run {
  return {
    container: container as ContainerId,
    recorded: old,
    isRunning: false,
    incarnation: {
      process: { pid: 7, startTime: "1", bootId: boot },
      attachments: [{ network: "net", interface: "eth0" }],
    },
    ...more,
  };
}

function kept(container: string, hasNamespace: boolean | undefined): KeptAttachment {
  const source = JSON.stringify({ cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0" });
  return {
    ...{ attachment: attachmentOf(container), hasNamespace, source, netnsPath: "/n" },
    ...{ result: { cniVersion: "1.1.0", ips: [] }, arguments: [], capabilityArguments: {} },
  };
}

function lease(container: string, made = old): NetworkLease {
  const { network, ...holder } = attachmentOf(container);
  return { network, holder, address: "10.0.0.9", made };
}

function link(name: string, more: Partial<Link> = {}): Link {
  return {
    ...{
      index: 1,
      name,
      kind: "veth",
      mac: undefined,
      mtu: 1500,
      up: true,
      isRunning: true,
      isPromiscuous: false,
    },
    ...{ alias: "", master: undefined, port: undefined, vlanFiltering: undefined, defaultVlan: undefined },
    ...{ peerIndex: undefined, ...more },
  };
}

const port = (container: string) =>
  link(portName(attachmentOf(container)), { index: 2, master: 1, alias: portAlias(attachmentOf(container)) });

function holdings(parts: {
  runs?: Run[];
  kept?: KeptAttachment[];
  leases?: NetworkLease[];
  links?: Link[];
}): Holdings {
  const { runs = [], kept: cached = [], leases = [], links = [] } = parts;
  return { runs, leases, links, attachments: surveyOf({ runs, kept: cached, links }) };
}

const criteria: Criteria = {
  isOwn: (id) => id.startsWith("own"),
  isLxcRunning: (id) => id === "own-running",
  keptSince: () => old,
  bootId,
  now,
};

const idsOf = (parts: Parameters<typeof holdings>[0], more: Partial<Criteria> = {}) =>
  remainsOf(holdings(parts), { ...criteria, ...more }).map(({ id }) => id);

describe("what gc takes for left behind", () => {
  test("is what a run that has ended had", () => {
    expect(idsOf({ runs: [run("a")] })).toEqual(["a"]);
    expect(idsOf({ runs: [run("a", { isRunning: true })] })).toEqual([]);
    expect(idsOf({ runs: [run("a", { recorded: now - 59_000 })] })).toEqual([]);
    expect(idsOf({ runs: [run("a", { recorded: now + 9_000 })] }), "the clock was set back").toEqual([]);
    expect(idsOf({ runs: [run("a", { recorded: now + 9_000 }, "earlier boot")] })).toEqual(["a"]);
  });

  test("is a result without a run, where the id is one that only lxc-cni gives and nothing is alive", () => {
    expect(idsOf({ kept: [kept("own-a", false)] })).toEqual(["own-a"]);
    expect(idsOf({ kept: [kept("podman", false)] })).toEqual([]);
    expect(idsOf({ kept: [kept("own-a", true)] })).toEqual([]);
    expect(idsOf({ kept: [kept("own-a", undefined)] })).toEqual([]);
    expect(idsOf({ kept: [kept("own-running", false)] })).toEqual([]);
    expect(idsOf({ kept: [kept("own-a", false)], links: [port("own-a")] })).toEqual([]);
    expect(idsOf({ kept: [kept("own-a", false)] }, { keptSince: () => now })).toEqual([]);
    expect(idsOf({ kept: [kept("own-a", false)] }, { keptSince: () => undefined })).toEqual([]);
  });

  test("is a lease without anything else, likewise", () => {
    expect(idsOf({ leases: [lease("own-a")] })).toEqual(["own-a"]);
    expect(idsOf({ leases: [lease("cafe")] })).toEqual([]);
    expect(idsOf({ leases: [lease("own-a", now)] })).toEqual([]);
    expect(idsOf({ leases: [lease("own-a"), lease("own-a", now)] }), "one of two is young").toEqual([]);
    expect(idsOf({ leases: [lease("own-a")], links: [port("own-a")] })).toEqual([]);
    expect(idsOf({ leases: [lease("own-a")], runs: [run("own-a", { isRunning: true })] })).toEqual([]);
    expect(idsOf({ leases: [lease("own-running")] })).toEqual([]);
  });
});

describe("what gc finds changed when it has a container's lock", () => {
  const looked = run("a");
  const record = (startTime: string, boot = bootId) => ({
    ...looked.incarnation,
    process: { ...looked.incarnation.process, startTime, bootId: boot },
  });

  test("is not the run that it looked at", () => {
    expect(isChanged({ run: looked }, record("1"))).toBe(false);
    expect(isChanged({ run: undefined }, undefined)).toBe(false);
  });

  test("is all else: a run that came since, also one that has ended by now, or a record that went", () => {
    expect(isChanged({ run: looked }, record("2"))).toBe(true);
    expect(isChanged({ run: looked }, record("1", "a later boot"))).toBe(true);
    expect(isChanged({ run: looked }, undefined)).toBe(true);
    expect(isChanged({ run: undefined }, record("1"))).toBe(true);
  });
});

describe("whom plugins are told of before they collect garbage", () => {
  const network = { name: "net" as NetworkName };
  const told = (parts: Parameters<typeof holdings>[0]) =>
    inUse(network, holdings(parts), criteria)?.map(({ container }) => container);

  test("is everybody that anything tells of, dead or alive", () => {
    expect(told({ runs: [run("a"), run("own-b", { isRunning: true })], leases: [lease("own-c")] })).toEqual([
      ...["a", "own-b", "own-c"],
    ]);
    expect(told({})).toEqual([]);
    expect(told({ runs: [run("a")], links: [port("a"), link("eth9")] })).toEqual(["a"]);
  });

  test("is nobody, and they are not asked, where another runtime may be on the network", () => {
    expect(told({ kept: [kept("podman", true)] })).toBeUndefined();
    expect(told({ leases: [lease("byhand")] })).toBeUndefined();
    expect(told({ links: [port("unknown")] })).toBeUndefined();
    expect(told({ links: [link("veth0", { alias: `lxc-cni sha512 ${"0".repeat(128)}` })] })).toBeUndefined();
    const elsewhere = { ...attachmentOf("x"), network: "other" as NetworkName };
    expect(told({ links: [link("veth0", { alias: portAlias(elsewhere) })] })).toEqual([]);
  });
});

describe("a verdict on an attachment", () => {
  const bridge = link("br0", { kind: "bridge" });
  const result = { interfaces: [], ips: [], routes: [], dns: {} };
  const verdict = (links: Link[], more: Partial<Parameters<typeof judge>[0]> = {}) =>
    judge(
      {
        run: { isRunning: true },
        kept: { hasNamespace: true },
        result,
        bridge: "br0",
        port: "veth0",
        ...more,
      },
      new Map(links.map((each) => [each.name, each])),
    );
  const plugged = link("veth0", { master: 1 });

  test("is ok where the port is up and on its bridge, or there is neither", () => {
    expect(verdict([bridge, plugged])).toEqual({ state: "ok", notes: [] });
    expect(verdict([], { bridge: undefined, port: undefined })).toEqual({ state: "ok", notes: [] });
  });

  test("names all that is missing", () => {
    expect(verdict([])).toEqual({ state: "broken", notes: ["veth0 is gone", "bridge br0 is gone"] });
    expect(verdict([link("br0", { kind: "dummy" }), plugged]).notes).toEqual(["br0 is no bridge"]);
    expect(verdict([bridge, link("veth0", { master: 3, up: false })]).notes).toEqual([
      ...["veth0 is down", "veth0 is no port of br0"],
    ]);
    expect(verdict([bridge, plugged], { result: undefined }).state).toBe("broken");
  });

  test("is stale where what it was made for is gone", () => {
    expect(verdict([bridge, plugged], { run: { isRunning: false } }).state).toBe("stale");
    expect(verdict([bridge, plugged], { run: undefined, kept: { hasNamespace: false } }).state).toBe("stale");
    expect(verdict([bridge], { run: undefined, kept: { hasNamespace: undefined } }).state).toBe("stale");
    expect(verdict([bridge, plugged], { run: undefined, kept: { hasNamespace: undefined } }).state).toBe(
      "ok",
    );
  });
});
