"use strict";

// One stack per customer: `pulumi up --stack acme` reads the entry "acme" of tenants.yaml.
module.exports = require("neon-tenants/fleet").tenantProgram;
