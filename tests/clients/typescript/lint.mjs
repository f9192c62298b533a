// Print what the rules that Redocly recommends find wrong with an OpenAPI document.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
for (const problem of await lint({ ref: process.argv[2], config })) {
  if (problem.severity === "error") {
    console.log(`${problem.ruleId}: ${problem.location[0].pointer}: ${problem.message}`);
  }
}
