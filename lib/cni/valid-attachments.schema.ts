import { type Static, Type } from "typebox";

/** What GC reads of a network configuration beside what the plugin's own schema has. */
export const GarbageCollection = Type.Object({
  "cni.dev/valid-attachments": Type.Optional(
    Type.Array(Type.Object({ containerID: Type.String(), ifname: Type.String() }), {
      description: "The attachments of the network that are in use; set by the runtime.",
    }),
  ),
});

export type GarbageCollection = Static<typeof GarbageCollection>;
