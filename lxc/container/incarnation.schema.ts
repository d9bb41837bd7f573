import { type Static, Type } from "typebox";

/** One run of a container, from one start to the stop or reboot after it, and what it was attached to. */
export const Incarnation = Type.Object({
  /** The container's first process. */
  process: Type.Object({
    pid: Type.Integer({ minimum: 1 }),
    startTime: Type.String(),
    bootId: Type.String(),
  }),
  /** The container's name, and the directory that LXC keeps it in; the first builds did not write them. */
  name: Type.Optional(Type.String()),
  lxcPath: Type.Optional(Type.String()),
  attachments: Type.Array(Type.Object({ network: Type.String(), interface: Type.String() })),
});

export type Incarnation = Static<typeof Incarnation>;

/** An attachment that a run holds. */
export type Held = Incarnation["attachments"][number];
