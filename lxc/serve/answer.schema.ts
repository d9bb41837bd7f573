import { type Static, Type } from "typebox";

/** What the service answers: nothing where it was done, what failed where it was not. */
export const ServiceAnswer = Type.Object({
  version: Type.Literal(1),
  code: Type.Optional(Type.Integer({ minimum: 1 })),
  msg: Type.Optional(Type.String()),
});

export type ServiceAnswer = Static<typeof ServiceAnswer>;
