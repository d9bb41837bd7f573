import { type Static, Type } from "typebox";

/** What an ordinary user's hook asks of the service (docs/formats.md, "Requests of ordinary users"). */
export const ServiceRequest = Type.Object({
  version: Type.Literal(1),
  event: Type.Union([
    Type.Literal("start-host"),
    Type.Literal("stop"),
    Type.Literal("post-stop"),
    Type.Literal("destroy"),
  ]),
  name: Type.String({ pattern: "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$", maxLength: 200 }),
  lxcPath: Type.String({ maxLength: 4096 }),
  /** The container's first process, for start-host. */
  pid: Type.Optional(Type.Integer({ minimum: 2, maximum: 0x7fffffff })),
  /** The words of the hook line that name networks. */
  networks: Type.Array(Type.String({ pattern: "^[^-]", maxLength: 1024 })),
});

export type ServiceRequest = Static<typeof ServiceRequest>;
