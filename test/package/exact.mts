// Stricter than strict: exactOptionalPropertyTypes, under which XState's own types do not compile. Neither entry
// brings them along.
import { createClient } from 'recker';
import { redactUrl } from 'recker/inspect';

createClient({ baseUrl: 'https://api.example.com' }).websocket(redactUrl('/chat'), { signal: undefined });
