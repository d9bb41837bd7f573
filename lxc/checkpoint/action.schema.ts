import { type Static, Type } from "typebox";

/** What is restored, for the program that CRIU calls meanwhile. */
export const RestoreOrder = Type.Object({
  name: Type.String(),
  lxcPath: Type.String(),
  /** Of the checkpoint. */
  directory: Type.String(),
  networkDirectories: Type.Array(Type.String()),
  cniPath: Type.String(),
});

export type RestoreOrder = Static<typeof RestoreOrder>;
