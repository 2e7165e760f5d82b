// A token server (oidc-provider) on loopback for the tests: `node server.mjs JSON`, with key, certificate, client and
// life of its tokens. Says on which port it listens; ends with its standard input.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const wishes = JSON.parse(process.argv[2]);
const require = createRequire(`${wishes.modules}/here.js`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);

const client = {
  client_id: wishes.client,
  client_secret: wishes.secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
};
const provider = new Provider('https://localhost', {
  clients: [client],
  scopes: ['engine'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
  },
  ttl: { ClientCredentials: wishes.seconds },
});
const pem = readFileSync(wishes.certificate);
const server = createServer({ key: pem, cert: pem }, provider.callback());
server.listen(wishes.port, '127.0.0.1', () => console.log(`token server listening on port ${server.address().port}`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
