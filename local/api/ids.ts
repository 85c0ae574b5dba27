import { randomInt, randomUUID } from "node:crypto";

/** Where ids and passwords come from; tests pass one that repeats. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  integer(below: number): number;
  uuid(): string;
}

export const secureRandom: Random = {
  integer: (below) => randomInt(below),
  uuid: () => randomUUID(),
};

const adjectives =
  "aged ancient autumn bitter black blue bold broad broken calm cold cool crimson curly damp dark dawn delicate divine dry empty falling fancy flat floral fragrant frosty gentle green hidden holy icy jolly late lingering little lively long lucky misty morning muddy mute nameless noisy odd old orange patient plain polished proud purple quiet rapid raspy red restless rough round royal shiny shrill shy silent small snowy soft solitary sparkling spring square steep still summer super sweet throbbing tight tiny twilight wandering weathered white wild winter wispy withered yellow young".split(
    " ",
  );
const nouns =
  "art band bar base bird block boat bonus bread breeze brook bush butterfly cake cell cherry cloud credit darkness dawn dew disk dream dust feather field fire firefly flower fog forest frog frost glade glitter grass hall hat haze heart hill king lab lake leaf limit math meadow mode moon morning mountain mouse mud night paper pine poetry pond queen rain recipe resonance rice river salad scene sea shadow shape silence sky smoke snow snowflake sound star sun sunset surf term thunder tooth tree truth union unit violet voice water waterfall wave wildflower wind wood".split(
    " ",
  );
const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

const pick = (random: Random, from: readonly string[]) => from[random.integer(from.length)] ?? "";
const text = (random: Random, alphabet: string, length: number) =>
  Array.from({ length }, () => pick(random, [...alphabet])).join("");
const words = (random: Random) => `${pick(random, adjectives)}-${pick(random, nouns)}`;

/** `royal-sun-91776391` */
export const newProjectId = (random: Random) => `${words(random)}-${text(random, "0123456789", 8)}`;
/** `br-royal-sun-af9k2m4x` */
export const newBranchId = (random: Random) => `br-${words(random)}-${text(random, letters, 8)}`;
/** `ep-royal-sun-af9k2m4x` */
export const newEndpointId = (random: Random) => `ep-${words(random)}-${text(random, letters, 8)}`;
/** Neon's API keys: `napi_` and 64 letters and digits. */
export const newApiKey = (random: Random) => `napi_${text(random, letters, 64)}`;
/** `snap-royal-sun-af9k2m4x` */
export const newSnapshotId = (random: Random) => `snap-${words(random)}-${text(random, letters, 8)}`;
/** Neon's passwords: `npg_` and 12 letters and digits (more than 71 bits). */
export const newPassword = (random: Random) => `npg_${text(random, letters + letters.slice(0, 26).toUpperCase(), 12)}`;
