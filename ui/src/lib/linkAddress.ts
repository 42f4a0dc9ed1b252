/** Where a consent comes back by a link of ours, for an OAuth app that has to name it. */
export const linkAddress = "patchbay://oauth/callback";
