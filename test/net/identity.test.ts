import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import { whyNoLinkName } from "../../lib/ip/link-name.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";

const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,300}$/);
const linkName = fc
  .string({ minLength: 1, maxLength: 15, unit: "grapheme" })
  .filter((text) => whyNoLinkName(text) === undefined);
const attachments = fc
  .record({ network: name, container: name, interface: linkName })
  .map((attachment) => attachment as unknown as Attachment);

describe("whatever the identity is,", () => {
  test("its port's name is 15 letters and digits that any kernel takes", () => {
    fc.assert(fc.property(attachments, (attachment) => /^veth[a-z2-7]{11}$/.test(portName(attachment))));
  });

  test("its port's alias is one that the kernel stores whole", () => {
    fc.assert(
      fc.property(attachments, (attachment) => {
        const alias = portAlias(attachment);
        expect(Buffer.byteLength(alias)).toBeLessThanOrEqual(255);
        const words = [attachment.network, attachment.container, attachment.interface];
        const plain = `lxc-cni ${words.join(" ")}`;
        if (Buffer.byteLength(plain) <= 255) expect(alias).toBe(plain);
        else expect(alias).toMatch(/^lxc-cni sha512 [0-9a-f]{128}$/);
      }),
    );
  });

  test("its chain is one that iptables takes: 28 characters", () => {
    fc.assert(fc.property(attachments, (attachment) => /^CNI-[0-9a-f]{24}$/.test(chainName(attachment))));
  });
});

test("255 bytes are stored, not characters", () => {
  // `lxc-cni n ` and ` ` are 11 bytes; `ä` is two.
  const of = (length: number, link: string) =>
    portAlias({ network: "n", container: "c".repeat(length), interface: link } as Attachment);
  expect(of(242, "ä")).toMatch(/ ä$/);
  expect(of(243, "ä")).toMatch(/^lxc-cni sha512 /);
  expect(of(243, "e")).toMatch(/ e$/);
});

test("no two parts can be moved from one name to another", () => {
  const of = (network: string, container: string, link: string) =>
    portName({ network, container, interface: link } as Attachment);
  const names = [
    of("a", "b", "eth0"),
    of("ab", "", "eth0"),
    of("a", "b0", "eth"),
    of("a", "be", "th0"),
    of("b", "a", "eth0"),
  ];
  expect(new Set(names).size).toBe(names.length);
  // The network's part is the same for all its ports, so that they can be told from others'.
  expect(of("a", "b", "eth0").slice(0, 8)).toBe(of("a", "c", "eth1").slice(0, 8));
});
