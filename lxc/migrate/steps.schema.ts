import { type Static, Type } from "typebox";
import type { JsonObject } from "../../lib/cni/json.ts";
import { Checkpoint } from "../checkpoint/checkpoint.schema.ts";

/** Both hosts say it whenever they speak: another one is that of another version of lxc-cni. */
export const format = "lxc-cni migration 1";

/** What a container needs of the host that is to take it, besides networks. */
export const Needs = Type.Object({
  format: Type.Literal(format),
  /** What uname(1) calls the processor. */
  machine: Type.String(),
  /** Files and directories of the host that its configuration names. */
  paths: Type.Array(Type.String({ pattern: "^/" })),
  /** Where its hook lines look for networks; empty for the usual places. */
  networkDirectories: Type.Array(Type.String()),
});

export type Needs = Static<typeof Needs>;

/** Asks a host to take a container: whether it can, and to keep its addresses for it from now on. */
export const PrepareRequest = Type.Object({
  format: Type.Literal(format),
  needs: Needs,
  /** As it is now, or, where it does not run any more, as it was checkpointed. */
  checkpoint: Checkpoint,
  /** The time from which on its files may have changed while they are copied, in seconds since 1970. */
  since: Type.Integer({ minimum: 0 }),
});

export type PrepareRequest = Omit<Static<typeof PrepareRequest>, "checkpoint"> & { checkpoint: Checkpoint };

/** Asks for any other step. */
export const StepRequest = Type.Object({
  format: Type.Literal(format),
  name: Type.String({ pattern: "^[^/]+$" }),
  lxcPath: Type.String({ pattern: "^/" }),
  /** Of the checkpoint; absent before there is one. */
  time: Type.Optional(Type.String()),
});

export type StepRequest = Static<typeof StepRequest>;

/** What a step came to. */
export const StepAnswer = Type.Object({
  format: Type.Literal(format),
  /** Why it failed, and nothing was done. */
  error: Type.Optional(Type.Object({ code: Type.Integer(), message: Type.String(), details: Type.String() })),
  /** The container goes on here: it was restored from that checkpoint. */
  goesOn: Type.Optional(Type.Boolean()),
  /** How long LXC and CRIU took. */
  milliseconds: Type.Optional(Type.Number()),
});

export type StepAnswer = Static<typeof StepAnswer> & JsonObject;
