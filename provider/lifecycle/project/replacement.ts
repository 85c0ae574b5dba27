/** Why a project is never replaced, and what to do instead. */
export const replaceSentence =
  "a project is never replaced, because its data would be lost. Nothing was deleted or made. " +
  "Take --replace or --target-replace away, or run `pulumi state untaint`; for a rename or another parent use an alias; " +
  "for a new empty database add a second tenant.";
