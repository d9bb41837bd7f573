import { expect, test } from "vitest";
import { decode } from "../../lib/cni/decode.ts";
import { Code } from "../../lib/cni/error.ts";
import { ServiceAnswer } from "../../lxc/serve/answer.schema.ts";
import { ServiceRequest } from "../../lxc/serve/request.schema.ts";
import { openPage } from "./page.ts";

const formats = openPage("formats.md");
const strictly = { lenient: false, warn: (text: string) => expect.fail(text) };

test("requests of ordinary users are what docs/formats.md says", () => {
  const request = JSON.parse(formats.block("json request").join(""));
  expect(decode(ServiceRequest, request, strictly)).toEqual(request);
  expect(Object.keys(request).sort()).toEqual(Object.keys(ServiceRequest.properties).sort());
});

test("and so are the answers", () => {
  const answer = JSON.parse(formats.block("json answer").join(""));
  expect(decode(ServiceAnswer, answer, strictly)).toEqual(answer);
  expect(answer.code).toBe(Code.notAllowed);
});
