import { type Static, Type } from "typebox";

/** What ADD made of an attachment, as its DEL finds it (docs/formats.md). */
export const AttachmentRecord = Type.Object({
  /** The port's MAC: by it a DEL knows that the record is of the port that is there. */
  mac: Type.String(),
  /** Where it may have rules; absent where that is not known, and they have to be looked for. */
  rules: Type.Optional(
    Type.Array(
      Type.Union([
        Type.Literal("iptables-nft"),
        Type.Literal("iptables-legacy"),
        Type.Literal("ip6tables-nft"),
        Type.Literal("ip6tables-legacy"),
        Type.Literal("nftables"),
        Type.Literal("guard"),
      ]),
    ),
  ),
  /** The numbers that the kernel gave its rules in nftables: where CHECK looks for them first. */
  handles: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }))),
});

export type AttachmentRecord = Static<typeof AttachmentRecord>;
