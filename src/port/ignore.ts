/** Does nothing: the handler of an error that is reported elsewhere. */
export const ignore = (): void => {};
