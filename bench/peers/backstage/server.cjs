// Backstage's catalog backend with one provider of entities. What it provides is told over a port of its own:
// POST /full or /delta with {"entities": [...]}, answered once Backstage has taken it.
'use strict';

const http = require('node:http');
const { createBackend } = require('@backstage/backend-defaults');
const { createBackendModule } = require('@backstage/backend-plugin-api');
const { catalogProcessingExtensionPoint } = require('@backstage/plugin-catalog-node');

let connection;

const provider = {
  getProviderName: () => 'bench',
  connect: async given => {
    connection = given;
  },
};

const providing = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'bench',
  register(environment) {
    environment.registerInit({
      deps: { catalog: catalogProcessingExtensionPoint },
      init: async ({ catalog }) => catalog.addEntityProvider(provider),
    });
  },
});

function mutation(kind, entities) {
  const located = entities.map(entity => ({ entity, locationKey: 'bench' }));
  return kind === 'full' ? { type: 'full', entities: located } : { type: 'delta', added: located, removed: [] };
}

async function provide(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { entities } = JSON.parse(Buffer.concat(chunks));
  await connection.applyMutation(mutation(request.url.slice(1), entities));
}

const control = http.createServer(async (request, response) => {
  try {
    if (request.method === 'POST') await provide(request);
    response.statusCode = connection ? 200 : 503;
    response.end('{}');
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error.stack));
  }
});

const backend = createBackend();
backend.add(require('@backstage/plugin-catalog-backend'));
backend.add(providing);
backend.start().then(
  () => control.listen(Number(process.env.CONTROL_PORT), '127.0.0.1'),
  error => {
    console.error(error);
    process.exit(1);
  },
);
