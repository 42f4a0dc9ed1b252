import { useMemo } from "react";
import { type Content } from "@/host/bindings";
import { readJson } from "@/lib/jsonText";
import { readPicture } from "@/lib/picture";
import { bytes } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { Button } from "../Button";
import { useCopy } from "../CopyContext";
import { FindableText } from "../Find/FindableText";
import { Icon } from "../Icon";
import { JsonView } from "../JsonView/JsonView";
import { Markdown } from "../Markdown/Markdown";
import styles from "./ToolResult.module.css";

type Props = { content: Content; index: number };

/** Renders one content part of a result. Nothing is loaded from elsewhere. */
export function ContentPart({ content, index }: Props) {
  switch (content.kind) {
    case "text":
      return <TextPart text={content.text} label={`Part ${index + 1}`} />;
    case "image":
      return <Picture mimeType={content.mimeType} data={content.data} alt={`Part ${index + 1}, ${content.mimeType}`} />;
    case "audio":
      return <Fact icon="play" name="Audio" detail={`${content.mimeType}, ${bytes(decodedSize(content.data))}`} />;
    case "resource_link":
      return (
        <Fact
          icon="link"
          name={content.name}
          detail={joinTexts(" · ", content.uri, content.mimeType)}
          copies={content.uri}
        />
      );
    case "resource":
      return (
        <div className="stack">
          <Fact
            icon="link"
            name={content.uri}
            detail={joinTexts(", ", content.mimeType, content.blob !== null && bytes(decodedSize(content.blob)))}
            copies={content.uri}
          />
          {content.text !== null && <TextPart text={content.text} label={content.uri} />}
          {content.blob !== null && content.mimeType?.startsWith("image/") && (
            <Picture mimeType={content.mimeType} data={content.blob} alt={content.uri} />
          )}
        </div>
      );
    case "other":
      return (
        <div className={styles.json}>
          <JsonView label={`Part ${index + 1}`} value={content.value} />
        </div>
      );
  }
}

/** Many tools return JSON as text, which is shown as JSON. */
function TextPart({ text, label }: { text: string; label: string }) {
  const value = /^\s*[[{]/.test(text) ? readJson(text).value : undefined;
  if (value !== undefined)
    return (
      <div className={styles.json}>
        <JsonView label={label} value={value} />
      </div>
    );
  return text.trim() === "" ? (
    <p className="text3">Empty text</p>
  ) : (
    <FindableText>
      <Markdown text={text} />
    </FindableText>
  );
}

type PictureProps = { mimeType: string; data: string; alt: string };

/** An image from base64, drawn as what its bytes are, whatever type the server named. */
function Picture({ mimeType, data, alt }: PictureProps) {
  const picture = useMemo(() => readPicture(data), [data]);
  if (picture === null) {
    const why = "not shown, because it is too large or no PNG, JPEG, GIF or WebP";
    return <Fact icon="eye-off" name="Picture" detail={joinTexts(", ", mimeType, bytes(decodedSize(data)), why)} />;
  }
  return <img className={styles.image} src={`data:${picture.type};base64,${data}`} alt={alt} />;
}

type FactProps = { icon: "play" | "link" | "eye-off"; name: string; detail: string; copies?: string };

function Fact({ icon, name, detail, copies }: FactProps) {
  const copy = useCopy();
  return (
    <div className={styles.fact}>
      <Icon name={icon} size={14} />
      <span className="stack grow">
        <span className="medium cut" data-selectable>
          {name}
        </span>
        {detail !== "" && (
          <span className="text3 small cut" title={detail}>
            {detail}
          </span>
        )}
      </span>
      {copies !== undefined && (
        <Button small look="quiet" icon="copy" label="Copy link" onPress={() => copy(copies, "Link")} />
      )}
    </div>
  );
}

function decodedSize(base64: string): number {
  return Math.floor((base64.length * 3) / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
}
