import { type Content } from "@/host/bindings";
import { writeMarkedJson } from "@/lib/jsonText";

/** The text of a content part, or its URI or media type if it has none. */
export function textOf(content: Content): string {
  switch (content.kind) {
    case "text":
      return content.text;
    case "resource":
      return content.text ?? content.uri;
    case "resource_link":
      return content.uri;
    case "other":
      return writeMarkedJson(content.value);
    default:
      return `[${content.mimeType}]`;
  }
}
