/** An app: React Native's globals, and the package by every entry point. Metro bundles it. */
import 'react-native/Libraries/Core/setUpXHR';
import * as recker from 'recker';
import * as inspect from 'recker/inspect';
import { ConfigurationError } from 'recker/machine';
import { fakeTransport } from 'recker/testing';

globalThis.recker = recker;
globalThis.entries = [inspect, fakeTransport];
globalThis.isOneClass = ConfigurationError === recker.ConfigurationError;

/** `for await`, as Metro's Babel compiles it. */
globalThis.take = async (ws, count) => {
  const taken = [];
  for await (const { data } of ws) {
    taken.push(typeof data === 'string' ? data : [...data].join());
    if (taken.length === count) break;
  }
  return taken;
};
