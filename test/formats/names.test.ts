import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { bridgeAlias, gatewayPortName, portAlias, portName } from "../../lib/net/identity.ts";
import { containerIdOf, containerIdOfUser } from "../../lxc/container/id.ts";
import { resolvConfOf } from "../../lxc/dns/resolv-conf.ts";
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

describe("hook lines", () => {
  test.for(formats.rows("Hook lines"))("%s: %s", ([words = "", meaning]) => {
    const { networks } = parseHookWords(words.split(" "));
    expect(networks.map(({ network, interface: link }) => `${network} ${link}`).join(", ")).toBe(meaning);
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
