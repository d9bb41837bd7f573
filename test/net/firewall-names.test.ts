import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import {
  guardNames,
  networkChain,
  networkComment,
  nftComment,
  nftPrefix,
} from "../../lib/net/firewall/marks.ts";
import { openPage } from "../formats/page.ts";

const formats = openPage("formats.md");

describe("comments of rules in nftables", () => {
  test.for(formats.rows("Rules in nftables"))(
    "%s, %s, %s: %s",
    ([network, container, name, comment = ""]) => {
      const attachment = { network, container, interface: name } as Attachment;
      expect(nftComment(attachment)).toBe(comment);
      expect(comment.startsWith(`${nftPrefix(attachment)}, `)).toBe(true);
    },
  );

  test("are cut between characters", () => {
    const attachment = { network: "n".repeat(79), container: "c", interface: "öööööö" } as Attachment;
    expect(nftComment(attachment)).toMatch(/, if: ö$/);
  });
});

describe("names of guards", () => {
  test.for(formats.rows("Guards"))("%s, %s: %s", ([container, name, chain = ""]) => {
    const names = guardNames({ container, interface: name } as Attachment);
    expect(names).toEqual({
      chain,
      macChain: `${chain}-mac`,
      comment: chain.replace("cni-br-iface-", "macspoofchk-"),
    });
  });
});

test("names of a network's rules", () => {
  const [jump = ""] = formats.block("iptables-network-nat");
  expect(jump).toContain(
    `--comment "${networkComment("simplenet" as never)}" -j ${networkChain("simplenet" as never)}`,
  );
});
