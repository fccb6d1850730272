// A provider of sign-ins, in which everybody may sign in as anybody: node serve.mjs MODULES PORT PAGE GROUPS
import { pathToFileURL } from "node:url";

const [modules, port, page, groups] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "plumbline",
    client_secret: "s3cret of plumbline",
    redirect_uris: [`${page}/signin/callback`],
    post_logout_redirect_uris: [`${page}/`],
    token_endpoint_auth_method: "client_secret_basic",
  }],
  claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
  conformIdTokenClaims: false, // what a scope asks for is in the id_token, as most providers have it
  cookies: { keys: ["of a test"] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: `id-of-${id}`, preferred_username: id, groups: groups.split(",") }),
  }),
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
