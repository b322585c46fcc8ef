/**
 * What a header says of this version. Written by scripts/statecharts.ts from statecharts/connection.json and package.json:
 * do not edit.
 */

/** The SHA-256 of statecharts/connection.json. */
export const CHART_HASH = '4aac64e3b271fb8e610e051adfb5cb26607f337e303e6cfe37b7ebd6ebc7f09e';
/** The version of this library. */
export const RECKER_VERSION = '0.1.0';
