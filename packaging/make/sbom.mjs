import { createHash } from "node:crypto";

/**
 * The bill of materials of the executables, by CycloneDX 1.5: what they hold, and under which licences.
 *
 * @param {{ version: string, time: Date, executables: Record<string, Buffer>,
 *   components: import("./components.mjs").Component[] }} release
 * @returns {string} JSON; the same for the same release.
 */
export function billOfMaterials({ version, time, executables, components }) {
  const own = { type: "application", name: "lxc-cni", version, licenses: licences("Apache-2.0") };
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      component: { ...own, "bom-ref": "lxc-cni", components: Object.entries(executables).map(executable) },
    },
    components: components.map(({ name, version: theirs, purl, licence, does }) => ({
      type: "library",
      "bom-ref": purl,
      name,
      version: theirs,
      description: does,
      licenses: licences(licence),
      purl,
    })),
    dependencies: [{ ref: "lxc-cni", dependsOn: components.map(({ purl }) => purl) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function executable([name, content]) {
  const hash = createHash("sha256").update(content).digest("hex");
  return { type: "file", name, hashes: [{ alg: "SHA-256", content: hash }] };
}

function licences(expression) {
  return [expression.includes(" ") ? { expression } : { license: { id: expression } }];
}
