import { type LogLevel } from "@/host/bindings";

/** The levels of log messages, least severe first. */
export const logLevels: { value: LogLevel; label: string }[] = [
  { value: "debug", label: "Debug" },
  { value: "info", label: "Info" },
  { value: "notice", label: "Notice" },
  { value: "warning", label: "Warning" },
  { value: "error", label: "Error" },
  { value: "critical", label: "Critical" },
  { value: "alert", label: "Alert" },
  { value: "emergency", label: "Emergency" },
];
