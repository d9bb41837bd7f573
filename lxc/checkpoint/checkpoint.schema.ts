import { type Static, Type } from "typebox";
import type { JsonObject } from "../../lib/cni/json.ts";

/** What is known of a container that was checkpointed, beside what CRIU has written: all that makes its networks again. */
export const Checkpoint = Type.Object({
  format: Type.Literal("lxc-cni checkpoint 1"),
  /** When it was taken, in UTC: `2026-01-31T12:00:00.000Z`. Two of one container differ in it. */
  time: Type.String(),
  /** The container's name. */
  name: Type.String(),
  /** The directory that LXC kept it in. */
  lxcPath: Type.String(),
  /** The directory of the checkpoint, where the container's host keeps this itself. */
  directory: Type.Optional(Type.String()),
  /** Where its host keeps this itself: what has become of it between hosts. */
  move: Type.Optional(
    Type.Object({
      /**
       * * `arriving`: it is copied to this host, whose addresses are reserved for it.
       * * `leaving`: the other host was asked to have it go on; whether it does, nobody here knows yet.
       * * `moved`: it goes on there, and nothing is held for it here.
       */
      stage: Type.Union([Type.Literal("arriving"), Type.Literal("leaving"), Type.Literal("moved")]),
      /** The other host, as the command line named it; undefined for one that arrives. */
      host: Type.Optional(Type.String()),
    }),
  ),
  attachments: Type.Array(
    Type.Object({
      network: Type.String(),
      interface: Type.String(),
      /** The network's configuration, as it was read. */
      config: Type.String(),
      /** The pairs of CNI_ARGS. */
      arguments: Type.Array(Type.Array(Type.String())),
      capabilityArguments: Type.Object({}),
      /** What ADD came to, in the version of the configuration. */
      result: Type.Object({}),
    }),
  ),
});

type Any = Static<typeof Checkpoint>;

export type Checkpoint = Omit<Any, "attachments"> & {
  // What these hold is handed on.
  attachments: (Omit<Any["attachments"][number], "capabilityArguments" | "result"> & {
    capabilityArguments: JsonObject;
    result: JsonObject;
  })[];
};
