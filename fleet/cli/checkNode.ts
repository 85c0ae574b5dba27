/** Imported before everything else: what follows needs modules that an older Node does not have, or only behind a flag. */
const oldest = [22, 13] as const;
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(`neon-tenants needs Node ${oldest.join(".")} or later; this is ${process.version}.\n`);
  process.exit(2);
}
