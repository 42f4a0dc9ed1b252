import { CatchBoundary } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Content } from "@/host/bindings";
import { readJson } from "@/lib/jsonText";
import { readPicture } from "@/lib/picture";
import { readSound } from "@/lib/sound";
import { bytes } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { Annotated } from "../Annotated";
import { Button } from "../Button";
import { useCopy } from "../CopyContext";
import { FindableText } from "../Find/FindableText";
import { Icon } from "../Icon";
import { JsonView } from "../JsonView/JsonView";
import { Markdown, PlainText } from "../Markdown/Markdown";
import styles from "./ToolResult.module.css";

type Props = { content: Content; index: number };

/** Renders one content part of a result, and what the server tells of it. Nothing is loaded from elsewhere. */
export function ContentPart({ content, index }: Props) {
  const annotations = content.kind === "other" ? null : content.annotations;
  const part = (
    <CatchBoundary getResetKey={() => index} errorComponent={Failed}>
      <Part content={content} index={index} />
    </CatchBoundary>
  );
  if (!annotations) return part;
  return (
    <div className="stack">
      <Annotated annotations={annotations} />
      {part}
    </div>
  );
}

/** In place of a part that fails to render, so that the rest of the page stays. */
function Failed() {
  return <p className="text3">Couldn&apos;t show this part</p>;
}

function Part({ content, index }: Props) {
  switch (content.kind) {
    case "text":
      return <TextPart text={content.text} label={`Part ${index + 1}`} />;
    case "image":
      return <Picture mimeType={content.mimeType} data={content.data} alt={`Part ${index + 1}, ${content.mimeType}`} />;
    case "audio":
      return <Sound mimeType={content.mimeType} data={content.data} label={`Part ${index + 1}, ${content.mimeType}`} />;
    case "resource_link":
      return (
        <Fact
          icon="link"
          name={content.title ?? content.name}
          detail={joinTexts(" · ", content.description, content.uri, content.mimeType)}
          copies={content.uri}
        />
      );
    case "resource":
      return (
        <div className={`stack ${styles.resource ?? ""}`}>
          <Fact
            icon="link"
            name={content.uri}
            detail={joinTexts(", ", content.mimeType, content.blob !== null && bytes(decodedSize(content.blob)))}
            copies={content.uri}
          />
          {content.text !== null && <TextPart text={content.text} mimeType={content.mimeType} label={content.uri} />}
          {content.blob !== null && content.mimeType?.startsWith("image/") && (
            <Picture mimeType={content.mimeType} data={content.blob} alt={content.uri} />
          )}
          {content.blob !== null && content.mimeType?.startsWith("audio/") && (
            <Sound mimeType={content.mimeType} data={content.blob} label={content.uri} />
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

type TextPartProps = { text: string; mimeType?: string | null; label: string };

/** Many tools return JSON as text, which is shown as JSON. Text of another type than Markdown keeps its layout. */
function TextPart({ text, mimeType = null, label }: TextPartProps) {
  const value = useMemo(() => (/^\s*[[{]/.test(text) ? readJson(text).value : undefined), [text]);
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
      {mimeType === null || /^text\/(x-)?markdown\b/i.test(mimeType) ? (
        <Markdown text={text} />
      ) : (
        <PlainText text={text} isMono />
      )}
    </FindableText>
  );
}

type PictureProps = { mimeType: string; data: string; alt: string };

/** An image from base64, drawn as what its bytes are, whatever type the server named. */
function Picture({ mimeType, data, alt }: PictureProps) {
  const picture = useMemo(() => readPicture(data), [data]);
  if (picture === null) {
    const why = "not shown, because it is too large or no PNG, JPEG, GIF or WebP";
    const detail = joinTexts(", ", mimeType, bytes(decodedSize(data)), why);
    return <Fact icon="eye-off" name="Picture" detail={detail} wraps />;
  }
  return <img className={styles.image} src={`data:${picture.type};base64,${data}`} alt={alt} />;
}

type SoundProps = { mimeType: string; data: string; label: string };

/** A sound from base64, played as what its bytes are, and only when the user starts it. */
function Sound({ mimeType, data, label }: SoundProps) {
  const [failed, setFailed] = useState(false);
  const [started, setStarted] = useState(false);
  const audio = useRef<HTMLAudioElement>(null);
  const sound = useMemo(() => readSound(data), [data]);
  useEffect(() => {
    if (sound === null || audio.current === null) return;
    const url = URL.createObjectURL(sound);
    audio.current.src = url;
    audio.current.focus();
    return () => URL.revokeObjectURL(url);
  }, [sound, started]);
  const why = sound === null ? "no WAV, MP3, AAC, Ogg, FLAC, MP4 or WebM" : failed && "the format isn't supported here";
  return (
    <div className="stack">
      <Fact
        icon="play"
        name="Audio"
        detail={joinTexts(", ", mimeType, bytes(decodedSize(data)), why && `can't be played: ${why}`)}
        wraps
      />
      {/* A player that has not started says forever that it loads. */}
      {sound !== null && !started && (
        <div>
          <Button small icon="play" label={`Play ${label}`} onPress={() => setStarted(true)}>
            Play
          </Button>
        </div>
      )}
      {sound !== null && started && (
        // Servers send no captions.
        // eslint-disable-next-line jsx-a11y/media-has-caption
        <audio
          ref={audio}
          className={styles.sound}
          controls
          autoPlay
          aria-label={label}
          onError={() => setFailed(true)}
        />
      )}
    </div>
  );
}

type FactProps = { icon: "play" | "link" | "eye-off"; name: string; detail: string; copies?: string; wraps?: boolean };

function Fact({ icon, name, detail, copies, wraps = false }: FactProps) {
  const copy = useCopy();
  return (
    <div className={styles.fact}>
      <Icon name={icon} size={14} />
      <span className="stack grow">
        <span className="medium cut" data-selectable>
          {name}
        </span>
        {detail !== "" && (
          <span className={wraps ? "text3 small" : "text3 small cut"} title={detail}>
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
