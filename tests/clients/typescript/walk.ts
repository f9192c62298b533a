// What a frontend does with a service, through the client that its OpenAPI document makes.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const [address, username, password] = process.argv.slice(2);
assert(address && username && password);
const client = createClient<paths>({ baseUrl: address });

function expect<T>(value: T | undefined): T {
  assert(value !== undefined);
  return value;
}

// Log in: username and password, and nothing else.
const login = await client.POST("/api/v1/auth/login", {
  body: { username, password },
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});
const tokens = expect(login.data);
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${tokens.access_token}`);
    return request;
  },
});

// Create: what has a default may be left out.
for (let number = 0; number < 5; number++) {
  const made = await client.POST("/api/v1/documents", { body: { title: `Page ${number}` } });
  assert.equal(expect(made.data).status, "draft");
  assert.equal(made.response.headers.get("ETag"), '"1"');
}

// Page to the end.
const found: components["schemas"]["DocumentRead"][] = [];
let cursor: string | null = null;
do {
  const query: { limit: number; cursor?: string } = { limit: 2 };
  if (cursor !== null) query.cursor = cursor;
  const page: components["schemas"]["Page_DocumentRead_"] = expect(
    (await client.GET("/api/v1/documents", { params: { query } })).data,
  );
  found.push(...page.items);
  cursor = page.next_cursor;
} while (cursor !== null);
assert.deepEqual(
  found.map((document) => document.title),
  ["Page 0", "Page 1", "Page 2", "Page 3", "Page 4"],
);

// Change what was read, then what somebody else has changed since.
const path = { document_id: expect(found[0]).id };
const changed = await client.PATCH("/api/v1/documents/{document_id}", {
  params: { path, header: { "If-Match": '"1"' } },
  body: { title: "Changed" },
});
assert.equal(expect(changed.data).version, 2);
const stale = await client.PATCH("/api/v1/documents/{document_id}", {
  params: { path, header: { "If-Match": '"1"' } },
  body: { title: "Lost" },
});
assert.equal(stale.response.status, 412);
const problem: components["schemas"]["Problem"] = expect(stale.error);
const detail: string | undefined = problem.detail;
assert.equal(detail, "The resource has changed: read it again.");

// Send what is wrong.
const invalid = await client.POST("/api/v1/documents", { body: { title: "" } });
assert.equal(invalid.response.status, 422);
assert.deepEqual(invalid.error?.errors?.[0]?.loc, ["body", "title"]);

// Refresh, then log in with a wrong password.
const refreshed = await client.POST("/api/v1/auth/refresh", {
  body: { refresh_token: tokens.refresh_token },
});
assert.notEqual(expect(refreshed.data).refresh_token, tokens.refresh_token);
const wrong = await client.POST("/api/v1/auth/login", {
  body: { username, password: "wrong" },
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});
assert(wrong.error && "error" in wrong.error);
assert.equal(wrong.error.error, "invalid_grant");

// Send too much.
let limited: Response;
do {
  limited = (await client.GET("/api/v1/users/me")).response;
} while (limited.status === 200);
assert.equal(limited.status, 429);
assert(Number(limited.headers.get("Retry-After")) >= 1);
assert.equal(limited.headers.get("RateLimit-Remaining"), "0");
console.log("walked");
