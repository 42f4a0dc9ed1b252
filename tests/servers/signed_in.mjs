// A server over the official SDK for TypeScript that wants a sign-in at oidc-provider, which is strict about OpenID:
// `signed_in.mjs jwt PORT`, or `signed_in.mjs opaque PORT`. What is told of tokens goes to standard output, a line each.
//
// A token of a sign-in lives for seconds, a renewed one for minutes: so a renewal can be waited for, and what is
// refused after a revocation has not just lapsed.
import { createServer } from "node:http";

import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from "@modelcontextprotocol/sdk/server/auth/router.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { Provider } from "oidc-provider";

const [format, port] = process.argv.slice(2);
const resource = new URL(`http://127.0.0.1:${port}/mcp`);

const listening = createServer();
await new Promise((heard) => listening.listen(0, "127.0.0.1", heard));
const issuer = `http://127.0.0.1:${listening.address().port}`;
const provider = new Provider(issuer, {
  scopes: ["offline_access", "readable", "admin"],
  features: {
    registration: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: "readable admin",
        audience: resource.href,
        accessTokenFormat: format,
      }),
    },
  },
  ttl: { AccessToken: (_, token) => (token.gty.endsWith("refresh_token") ? 600 : 6) },
});
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
provider.on("grant.success", ({ body, oidc: { client, params } }) => {
  const known = { client_id: client.clientId, client_secret: client.clientSecret };
  tell({ event: params.grant_type, ...known, ...body });
});
provider.on("grant.revoked", () => tell({ event: "revoked" }));
listening.on("request", provider.callback());

const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

const verifiers = {
  async jwt(token) {
    const { payload } = await jwtVerify(token, keys, { issuer, audience: resource.href });
    return { clientId: payload.client_id, scopes: payload.scope.split(" "), expiresAt: payload.exp };
  },
  async opaque(token) {
    const found = await provider.AccessToken.find(token);
    if (found?.aud !== resource.href) throw new Error("unknown token");
    return { clientId: found.clientId, scopes: [...found.scopes], expiresAt: found.exp };
  },
};
const verifier = {
  verifyAccessToken: (token) =>
    verifiers[format](token).then(
      (known) => ({ token, ...known }),
      (error) => {
        throw new InvalidTokenError(error.message);
      },
    ),
};
const guard = (...requiredScopes) =>
  requireBearerAuth({
    verifier,
    requiredScopes,
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
  });
const [readers, admins] = [guard("readable"), guard("admin")];

const app = createMcpExpressApp();
app.use(
  mcpAuthMetadataRouter({
    oauthMetadata: metadata,
    resourceServerUrl: resource,
    scopesSupported: ["readable", "admin"],
  }),
);
app.all(
  "/mcp",
  (request, response, next) =>
    (request.body?.params?.name === "govern" ? admins : readers)(request, response, next),
  async (request, response) => {
    const server = new McpServer({ name: "signed-in", version: "1.0" });
    const text = (text) => ({ content: [{ type: "text", text }] });
    server.registerTool("look", {}, ({ authInfo }) => text(`Seen with ${authInfo.scopes.join(" ")}`));
    server.registerTool("govern", {}, () => text("Governed"));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on("close", () => server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  },
);
app.listen(Number(port), "127.0.0.1");
