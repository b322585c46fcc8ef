import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { httpBackend, type Library } from '../library.js';

// The copy that graphql-ws imports: another one refuses its schemas.
const require = createRequire(import.meta.url);
const { GraphQLObjectType, GraphQLSchema, GraphQLString } = require('graphql') as typeof import('graphql');

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      echo: { type: GraphQLString, args: { text: { type: GraphQLString } }, resolve: (_, { text }) => text },
    },
  }),
});

export const graphqlWs: Library = {
  name: 'graphql-ws',
  serve: () =>
    httpBackend((server) => void useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))),
  async connect(url, WebSocket) {
    let lost: (value: unknown) => void;
    const client = createClient({
      url: `${url}graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
      on: { closed: (event) => lost(event) },
    });
    return {
      lost: new Promise((resolve) => {
        lost = resolve;
      }),
      async exchange() {
        const query = 'query Echo($text: String) { echo(text: $text) }';
        for await (const { data } of client.iterate({ query, variables: { text: 'héllo' } })) {
          assert.deepEqual({ ...data }, { echo: 'héllo' });
        }
      },
      close: () => client.dispose(),
    };
  },
};
