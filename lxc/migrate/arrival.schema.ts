import { type Static, Type } from "typebox";

/** What a host keeps of a container that another host has asked it to take (docs/formats.md). */
export const Arrival = Type.Object({
  format: Type.Literal("lxc-cni arrival 1"),
  name: Type.String(),
  lxcPath: Type.String(),
  /** Its directory was made for it: where it does not come, that goes. */
  isNew: Type.Boolean(),
  /** Where it had moved to when it was here before, and its directory was left. */
  movedTo: Type.Optional(Type.String()),
  /** Where networks are looked for; empty for the usual places. */
  networkDirectories: Type.Array(Type.String()),
  /** Files that have changed since, by the clock of the other host, may have been copied half. In seconds since 1970. */
  since: Type.Integer(),
  /** The time of the checkpoint from which it goes on here. */
  goesOn: Type.Optional(Type.String()),
});

export type Arrival = Static<typeof Arrival>;
