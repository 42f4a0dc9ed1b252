/** The redirect URL of Patchbay's own scheme, for OAuth apps that must register it. */
export const linkAddress = "patchbay://oauth/callback";
