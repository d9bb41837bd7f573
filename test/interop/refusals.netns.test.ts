import { expect } from "vitest";
import { type Refusal, refusalOf } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import { network, type Refused, refused } from "./refusals.ts";

await describeBesideGo("a call that the Go plugin refuses is refused in the same words", ({ ours, go }) => {
  for (const each of refused) {
    test(each.what, async ({ host }) => {
      await each.before?.(host);
      // Ours first: the Go plugin leaves something behind where it gives up half-way.
      const byOurs = await refusalBy(ours, host, each);
      const byGo = await refusalBy(go, host, each);
      const { goStep = "", code: own = 7, upTo } = each;
      expect(byGo.msg.startsWith(goStep), byGo.msg).toBe(true);
      expect(byOurs.code).toBe(byGo.code === 999 ? own : byGo.code);
      expect(upToAndWith(upTo, byOurs.msg)).toBe(upToAndWith(upTo, byGo.msg.slice(goStep.length)));
      if (byGo.details !== undefined) expect(byOurs.details).toBe(byGo.details);
    });
  }
});

await describeBesideGo("a plugin that is asked what it is", ({ ours, go }) => {
  for (const type of ["bridge", "host-local"]) {
    test(`tells the versions that it speaks, byte for byte as the Go plugin does: ${type}`, async ({
      host,
    }) => {
      const [byGo, byOurs] = await Promise.all([
        asked(go, host, type, "VERSION"),
        asked(ours, host, type, "VERSION"),
      ]);
      expect(byOurs).toEqual(byGo);
    });

    test(`introduces itself when it is called without a verb: ${type}`, async ({ host }) => {
      const [byGo, byOurs] = await Promise.all([asked(go, host, type, ""), asked(ours, host, type, "")]);
      const named = ({ errors }: { errors: string }) => errors.replace(/ plugin .*$/m, " plugin RELEASE");
      expect(named(byGo)).toContain(" plugin RELEASE\n");
      expect(named(byOurs)).toBe(named(byGo));
      expect([byOurs.status, byOurs.output]).toEqual([byGo.status, byGo.output]);
    });
  }
});

/** What a plugin says to a call without containers and configurations. */
async function asked(plugins: Variant, host: Host, type: string, verb: string) {
  const env = { ...plugins.environment, CNI_COMMAND: verb };
  const { status, output, errors } = await host.attempt([`${plugins.directory}/${type}`], { env });
  return { status, output, errors };
}

async function refusalBy(
  plugins: Variant,
  host: Host,
  { verb = "ADD", options = {}, configuration = {} }: Refused,
): Promise<Refusal> {
  const container = await host.container(plugins.name.replace(/\W/g, ""));
  const answer = await networkOn(host, plugins, { ...network, ...configuration }).call(
    verb,
    container,
    options,
  );
  const { code, msg, details } = refusalOf(answer);
  return JSON.parse(JSON.stringify({ code, msg, details }).replaceAll(plugins.directory, "CNI_PATH"));
}

/** The beginning of a text, up to and with `end`; all of it where there is no such thing to end with. */
function upToAndWith(end: string | undefined, text: string): string {
  if (end === undefined) return text;
  expect(text).toContain(end);
  return text.slice(0, text.indexOf(end) + end.length);
}
