/** The same URI with the password replaced by asterisks: what may stand on a screen or in a log. */
export function maskUri(uri: string): string {
  return uri.replace(/^([a-z]+:\/\/[^:/@]*):[^@]*@/i, "$1:********@");
}
