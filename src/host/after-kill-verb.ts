/** What bkcache calls itself with where it was killed. Not a command of the user's. */
export const afterKillVerb = "settle-after-kill";
