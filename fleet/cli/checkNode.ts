/** Imported before everything else: what follows needs modules that an older Node does not have. */
const oldest = 22;
const major = Number(process.versions.node.split(".")[0]);
if (major < oldest) {
  process.stderr.write(`neon-tenants needs Node ${oldest} or later; this is ${process.version}.\n`);
  process.exit(2);
}
