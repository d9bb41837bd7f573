import { test } from "./reader.ts";

test("docs/guide/first-container.md", async ({ reader }) => {
  await reader.install();
  await reader.follow("docs/guide/first-container.md");
});
