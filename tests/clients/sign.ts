// What somebody writes who has nothing of this platform but its OpenAPI documents: signs an increment.
import createClient from "openapi-fetch";
import type { components, paths } from "./strategy";

type SignOff = components["schemas"]["SignOff"];

const strategy = createClient<paths>({ baseUrl: "http://127.0.0.1:8000", headers: { Authorization: "Bearer ..." } });

export async function sign(id: string, packageHash: string): Promise<SignOff[]> {
  const decided = await strategy.POST("/strategy/v1/increments/{id}/sign-offs", {
    params: { path: { id } },
    body: { decision: "approved", package_hash: packageHash },
  });
  if (decided.error) {
    const wrong: string[] = decided.error.errors.map((each) => `${each.pointer}: ${each.detail}`);
    throw new Error([decided.error.detail, ...wrong].join("\n"));
  }
  console.log(decided.data.state, decided.data.version + 1);
  return decided.data.sign_offs;
}

export async function rename(id: string, version: number, name: string): Promise<void> {
  await strategy.PATCH("/strategy/v1/increments/{id}", {
    params: { path: { id }, header: { "If-Match": `"${version}"` } },
    body: { name, due: null },
  });
}
