import { type Static, Type } from "typebox";
import type { JsonObject } from "../../lib/cni/json.ts";

/** The configuration of a plugin whose IPAM plugin lxc-cni stands in for. */
export const StandInConfig = Type.Object({
  ipam: Type.Optional(
    Type.Object({
      /** What ADD is to answer; a result of CNI. */
      result: Type.Optional(Type.Object({})),
    }),
  ),
});

type Any = Static<typeof StandInConfig>;

export type StandInConfig = Omit<Any, "ipam"> & { readonly ipam?: { readonly result?: JsonObject } };
