import fc from "fast-check";

/** What means something to a shell, to ip, iptables or nft, or looks like something else. */
const marks = [..."\"'`\\#;|&<>(){}[]*?!$^=,+@-_.~%", " ", "\t", "\n", "\r", "/", ":"];
const strange = [
  "\u00a0",
  "\u0085",
  "\u2028",
  "\u200b",
  "\ufeff",
  "\u202e",
  "\u0001",
  "\u007f",
  "é",
  "ß",
  "中",
  "😀",
];
const letters = ["a", "e", "t", "h", "0", "1"];

/** Words that a program takes for something else where it does not expect a name. */
const words = [
  ...[
    "up",
    "dev",
    "type",
    "peer",
    "name",
    "netns",
    "alias",
    "help",
    "-j",
    "--",
    "-A",
    "-batch",
    "COMMIT",
    "*nat",
  ],
  ...[
    "add",
    "drop",
    "flush",
    "include",
    "veth",
    "bridge",
    "all",
    "default",
    "lo",
    ".",
    "..",
    "none",
    "any",
    "if%d",
  ],
  ...[
    'a"b#c',
    "x;y",
    "`id`",
    "$(id)",
    "$HOME",
    "a'b",
    "a\\b",
    "eth*",
    "\\",
    '"',
    "'",
    "#",
    ";",
    "{}",
    "}",
    "a\nb",
    "a b",
  ],
];

/** Names as a runtime may choose them, and those that nobody should: for interfaces, bridges, networks, containers. */
export const oddNames: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("eth0", "net1", "a.b-c_d", "0", "Z9") },
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  {
    weight: 5,
    arbitrary: fc.string({ unit: fc.constantFrom(...marks, ...letters), minLength: 1, maxLength: 15 }),
  },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(...strange, ...letters), minLength: 1, maxLength: 8 }),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "x".repeat(15), "x".repeat(16), "x".repeat(200), "é".repeat(8)),
  },
);

/** Names of interfaces with marks in them that the kernel takes, each of 15 bytes at most. */
export const legalInterfaceNames: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom(...marks.filter((mark) => !/[\s/:%]/.test(mark)), ...letters),
      minLength: 1,
      maxLength: 15,
    }),
    fc.constantFrom(...words.filter((word) => !/[\s%]/.test(word))),
  )
  .filter((name) => ![".", "..", "all", "default", "lo"].includes(name));

/** Ids of containers and names of networks: right ones, long ones, and others. */
export const oddIds: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("c".repeat(200), "c".repeat(233), "c".repeat(255), "c".repeat(4000)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("../c1", "c1/..", "/etc", ".", "..", "-c", "lock", "last_reserved_ip.0"),
  },
  { weight: 2, arbitrary: oddNames },
);
