/**
 * What a header says of this version. Written by scripts/statecharts.ts from statecharts/connection.json and package.json:
 * do not edit.
 */

/** The SHA-256 of statecharts/connection.json. */
export const CHART_HASH = 'bba7701a600b6dcf24f06636bcb738b29161889d4aa8954601bac8dc94943c4f';
/** The version of this library. */
export const RECKER_VERSION = '0.1.0';
