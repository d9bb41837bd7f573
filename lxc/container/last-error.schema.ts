import { type Static, Type } from "typebox";

/** What kept a hook from doing its work. */
export const LastError = Type.Object({
  /** When, in UTC: `2026-01-31T12:00:00.000Z`. */
  time: Type.String(),
  /** LXC's name of the hook: `start-host`, `stop`, `post-stop`. */
  hook: Type.String(),
  /** The network and the interface that it came from, where it came from one. */
  network: Type.Optional(Type.String()),
  interface: Type.Optional(Type.String()),
  /** docs/errors.md */
  code: Type.Integer(),
  message: Type.String(),
  details: Type.String(),
});

export type LastError = Static<typeof LastError>;
