// A certified OpenID Connect provider on loopback, whose people are given as JSON.
// Usage: node issuer.mjs PORT CALLBACK PEOPLE
import Provider from 'oidc-provider';

const [port, callback, people] = process.argv.slice(2);
const known = JSON.parse(people);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'airlock',
    client_secret: 'a secret of the client',
    redirect_uris: [callback],
    response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    openid: ['sub'],
    profile: ['name'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, ...known[id] }),
  }),
  pkce: { required: () => true },
  cookies: { keys: ['only for a test'] },
  features: { devInteractions: { enabled: true } },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('READY'));
