import { type Static, Type } from "typebox";

/** What was made for a network in one place: the rules for one subnet, or those for one link. */
const Part = Type.Object({
  store: Type.Union([
    Type.Literal("iptables-nft"),
    Type.Literal("iptables-legacy"),
    Type.Literal("ip6tables-nft"),
    Type.Literal("ip6tables-legacy"),
    Type.Literal("nftables"),
  ]),
  subnet: Type.Optional(Type.String({ description: "The subnet that is masqueraded." })),
  link: Type.Optional(Type.String({ description: "The link whose packets are let through." })),
  isUncertain: Type.Optional(
    Type.Boolean({
      description: "Whoever was making it did not say that it was made: it may be there or not.",
    }),
  ),
});

/** What says that the rules of a network are there. */
export const NetworkMark = Type.Object({
  netns: Type.String({ description: "The network namespace that they are in, DEVICE:INODE." }),
  rules: Type.Array(Part),
});

export type Part = Static<typeof Part>;
export type NetworkMark = Static<typeof NetworkMark>;
