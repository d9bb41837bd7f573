import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { bridgeAlias, gatewayPortName, portAlias, portName } from "../../lib/net/identity.ts";
import { containerOfNetns } from "../../lxc/cnitool/container.ts";
import { configurationOf, configuredLinks } from "../../lxc/container/configuration.ts";
import { containerIdOf, containerIdOfUser } from "../../lxc/container/id.ts";
import { usualMac } from "../../lxc/container/mac.ts";
import { resolvConfOf } from "../../lxc/dns/resolv-conf.ts";
import { withOwnLines } from "../../lxc/enable/own-lines.ts";
import { linesFor, linkLines } from "../../lxc/enable/wanted-lines.ts";
import { parseHookWords } from "../../lxc/hook/words.ts";
import { openPage } from "./page.ts";

const formats = openPage("formats.md");

describe("container ids", () => {
  test.for(formats.rows("Container ids"))("LXC path %s, container %s: %s", ([path, name, id]) => {
    expect(containerIdOf(name ?? "", path ?? "")).toBe(id);
  });
});

describe("container ids of users", () => {
  test.for(formats.rows("Container ids of users"))(
    "user %s, LXC path %s, container %s: %s",
    ([user, path, name, id]) => {
      expect(containerIdOfUser(Number(user), name ?? "", path ?? "")).toBe(id);
    },
  );
});

describe("container ids of namespaces", () => {
  test.for(formats.rows("Container ids of namespaces"))("%s: %s", ([path, id]) => {
    expect(containerOfNetns(path ?? "")).toBe(id);
  });
});

describe("hook lines", () => {
  test.for(formats.rows("Hook lines"))("%s: %s", ([words = "", meaning]) => {
    const { networks } = parseHookWords(words.split(" "));
    const wanted = networks.map(({ network, interface: link, ips, mac }) =>
      [network, link, ...ips, ...(mac === undefined ? [] : [mac])].join(" "),
    );
    expect(wanted.join(", ")).toBe(meaning);
  });
});

test("lines of enable", () => {
  const example = formats.block("text LXCPATH/NAME/config");
  const rest = "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n";
  const { networks } = parseHookWords(["simplenet"]);
  const links = linkLines(configuredLinks(configurationOf(rest, "/c")), networks, "replace");
  const lines = linesFor(["/usr/bin/lxc-cni", "hook", "simplenet"], links);
  expect(withOwnLines(rest, lines).trimEnd().split("\n")).toEqual(example);
  const [, mark] = /the first one ends with `([^`]*)`/.exec(formats.section("Lines of enable")) ?? [];
  expect(withOwnLines("x", [])).toContain(`${mark}\n# lxc-cni end\n`);
});

describe("MACs", () => {
  test.for(formats.rows("MACs"))("%s, %s, %s: %s", ([network, container, link, mac]) => {
    expect(usualMac(attachment(network, container, link))).toBe(mac);
  });
});

test("resolv.conf of a container", () => {
  const [, ...results] = /say\n`(.*)` and\n`(.*)`, in/.exec(formats.section("Resolvers")) ?? [];
  const { text } = resolvConfOf(results.map((each) => JSON.parse(each)));
  expect(text?.split("\n")).toEqual([...formats.block("resolv.conf"), ""]);
});

describe("port names", () => {
  test.for(formats.rows("Port names"))("%s, %s, %s: %s", ([network, container, link, port]) => {
    expect(portName(attachment(network, container, link))).toBe(port);
  });
});

describe("ports of gateways in VLANs", () => {
  test.for(formats.rows("Gateways in VLANs"))("%s: %s", ([gateway, port]) => {
    expect(gatewayPortName(gateway as LinkName)).toBe(port);
  });
});

describe("port aliases", () => {
  test.for(formats.rows("Port aliases"))("%s, %s, %s: %s", ([network, container, link, alias]) => {
    expect(portAlias(attachment(network, container, link))).toBe(alias);
  });
});

test("bridge alias", () => {
  expect(formats.section("Bridge alias")).toContain(`\`${bridgeAlias}\``);
});

describe("chains", () => {
  test.for(formats.rows("Chains"))("%s, %s: %s", ([network, container, chain]) => {
    expect(chainName(attachment(network, container, "eth0"))).toBe(chain);
  });
});

function attachment(network = "", container = "", link = ""): Attachment {
  return { network, container, interface: link } as Attachment;
}
