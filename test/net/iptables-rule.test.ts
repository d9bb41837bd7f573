import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalAddress } from "../../lib/ip/address.ts";
import {
  equalRule,
  type PlainLinkName,
  parseRules,
  type Rule,
  renderRule,
} from "../../lib/net/firewall/iptables-rule.ts";
import * as arbitrary from "../ip/arbitrary.ts";
import { address, prefix } from "./values.ts";

describe("a rule is rendered as iptables prints it", () => {
  const comment = 'name: "net" id: "c1"';
  const quoted = String.raw`-m comment --comment "name: \"net\" id: \"c1\""`;

  const rules = Array.from<[Rule, string], [string, Rule]>(
    [
      [{ source: address("10.1.2.3"), comment, jump: "CNI-0" }, `-s 10.1.2.3/32 ${quoted} -j CNI-0`],
      [{ source: address("fd00::2"), comment: "a b" }, '-s fd00::2/128 -m comment --comment "a b"'],
      [{ destination: prefix("10.1.2.3/16"), comment, jump: "ACCEPT" }, `-d 10.1.0.0/16 ${quoted} -j ACCEPT`],
      [
        { notDestination: prefix("224.0.0.0/4"), comment, jump: "MASQUERADE" },
        `! -d 224.0.0.0/4 ${quoted} -j MASQUERADE`,
      ],
      [{ comment: String.raw`a'b"c\d` }, String.raw`-m comment --comment "a\'b\"c\\d"`],
    ],
    ([rule, text]) => [text, rule],
  );

  test.each(rules)("%s", (text, rule) => expect(renderRule(rule)).toBe(text));
});

test("what is rendered is read back as what it was", () => {
  const rule = fc.record(
    {
      source: arbitrary.address,
      destination: arbitrary.prefix,
      comment: fc.string({ minLength: 1 }),
      jump: fc.stringMatching(/^[A-Z-]{1,28}$/),
    },
    { requiredKeys: ["comment"] },
  );
  fc.assert(
    fc.property(rule, (rule) => {
      const line = `-A CHAIN ${renderRule(rule)}`;
      const [read] = parseRules("CHAIN", `-N CHAIN\n-A OTHER -j CHAIN\n${line}\n`);
      expect(read).toMatchObject({
        text: line.slice("-A CHAIN ".length),
        comment: rule.comment,
        jump: rule.jump,
      });
      const isSame =
        rule.source && read?.source ? equalAddress(rule.source, read.source) : rule.source === read?.source;
      expect(isSame).toBe(true);
    }),
  );
});

test("rules are equal when they are rendered alike", () => {
  // Few values, so that many are the same.
  const addresses = fc.constantFrom(...["10.1.2.3", "10.1.2.4", "fd00::2", "fd00::3"].map(address));
  const prefixes = fc.constantFrom(
    ...["10.1.2.3/32", "10.1.2.3/16", "10.1.2.4/16", "10.1.2.4/31", "fd00::2/64", "fd00::3/128"].map(prefix),
  );
  const link = fc.constantFrom("eth0", "eth1") as fc.Arbitrary<PlainLinkName>;
  const common = {
    destination: prefixes,
    notDestination: prefixes,
    input: link,
    output: link,
    connection: fc.constantFrom("DNAT", "NEW"),
    comment: fc.constantFrom("a", 'a"'),
    jump: fc.constantFrom("ACCEPT", "DROP"),
  };
  const from = (source: object) => fc.record({ ...common, ...source }, { requiredKeys: ["comment"] });
  const rule: fc.Arbitrary<Rule> = fc.oneof(from({ source: addresses }), from({ sourceNetwork: prefixes }));
  const pair = fc.tuple(rule, rule, fc.subarray(Object.keys(common))).map(([a, b, same]) => {
    const shared = Object.fromEntries(Object.entries(a).filter(([key]) => same.includes(key)));
    const rest = Object.entries(b).filter(([key]) => !same.includes(key));
    return [a, { comment: a.comment, ...shared, ...Object.fromEntries(rest) } as Rule] as const;
  });
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(equalRule(a, b)).toBe(renderRule(a) === renderRule(b));
    }),
    { numRuns: 2000 },
  );
});

test("of rules that others wrote, what they have is read", () => {
  const output = `-N KUBE
-A KUBE -j RETURN
-A KUBE -s 10.1.0.0/16 ! -d 10.1.0.0/16 -m comment --comment plain -m mark --mark 0x4000 -j MASQUERADE --random-fully
-A KUBE -s 10.1.2.3/32 -p tcp -m comment --comment "a -j b -s 9.9.9.9/32" -j DNAT --to-destination 10.1.2.4:80
-A KUBE -m statistic --mode random -g KUBE-SEP
-A KUBERNETES -j KUBE
`;
  expect(parseRules("KUBE", output)).toEqual([
    { text: "-j RETURN", source: undefined, comment: "", jump: "RETURN" },
    expect.objectContaining({ source: undefined, comment: "plain", jump: "MASQUERADE" }),
    expect.objectContaining({ source: address("10.1.2.3"), comment: "a -j b -s 9.9.9.9/32", jump: "DNAT" }),
    expect.objectContaining({ comment: "", jump: undefined }),
  ]);
});
