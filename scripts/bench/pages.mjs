import { attachmentsPage } from "./pages/attachments.mjs";
import { checkpointPage } from "./pages/checkpoint.mjs";
import { leasesPage } from "./pages/leases.mjs";

/** All pages, which `--write` writes. @type {import("./write-page.mjs").Page[]} */
export const pages = [attachmentsPage, leasesPage, checkpointPage];
