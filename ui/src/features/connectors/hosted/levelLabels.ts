import { type Level } from "@/host/bindings";

export const levelLabels: Record<Level, string> = {
  user: "Personal",
  workspace: "Workspace",
  organization: "Organization",
};
