/** Something that was looked at, and how it is. */
export interface Finding {
  /** `doubtful` is what works, but not as one would want, or what cannot be told. */
  readonly verdict: "ok" | "doubtful" | "wrong";
  readonly what: string;
  /** A file, a link, a chain; empty for the host as a whole. */
  readonly where: string;
  /** A command, or what else to do; empty where there is nothing to be done. */
  readonly remedy: string;
}

/** A thing that is as it should be. */
export function ok(what: string, where = ""): Finding {
  return { verdict: "ok", what, where, remedy: "" };
}

/** A thing that keeps containers from their network. */
export function wrong(what: string, where: string, remedy: string): Finding {
  return { verdict: "wrong", what, where, remedy };
}

/** A thing that may. */
export function doubtful(what: string, where: string, remedy: string): Finding {
  return { verdict: "doubtful", what, where, remedy };
}

/** What was found; where that is nothing, that all is well. */
export function orOk(findings: readonly Finding[], what: string): Finding[] {
  return findings.length > 0 ? [...findings] : [ok(what)];
}
