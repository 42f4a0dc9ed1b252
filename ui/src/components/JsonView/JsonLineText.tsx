import { mayBeRounded } from "@/lib/exactNumber";
import { grouped } from "@/lib/words";
import { type JsonLine } from "./jsonLines";
import styles from "./JsonView.module.css";
import { displayText } from "./displayText";

/** One line of JSON. */
export function JsonLineText({ line }: { line: JsonLine }) {
  const isList = Array.isArray(line.value);
  const comma = line.comma ? "," : "";
  if (line.part === "close") return <>{(isList ? "]" : "}") + comma}</>;
  return (
    <>
      {line.name !== undefined && (
        <>
          <span className={styles.key}>{JSON.stringify(line.name)}</span>:{" "}
        </>
      )}
      {line.part === "open" && (isList ? "[" : "{")}
      {line.part === "folded" && (
        <>
          {isList ? "[" : "{"}
          <span className={styles.count}>{` ${grouped(line.entries)} `}</span>
          {isList ? "]" : "}"}
        </>
      )}
      {line.part === "value" && <Value value={line.value} />}
      {comma}
    </>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    return (
      <>
        [
        {(value as unknown[]).map((entry, index) => (
          <span key={index}>
            {index > 0 && ", "}
            <Value value={entry} />
          </span>
        ))}
        ]
      </>
    );
  }
  if (typeof value === "string") {
    if (value === "<redacted>") return <span className={styles.secret}>{JSON.stringify(value)}</span>;
    const { text, left } = displayText(value);
    return (
      <>
        <span className={styles.string}>{`"${text}"`}</span>
        {left !== "" && <span className={styles.count}>{left}</span>}
      </>
    );
  }
  if (mayBeRounded(value))
    return (
      <span className={styles.amount} title={`May be rounded: over ${Number.MAX_SAFE_INTEGER}`}>
        ≈ {String(value)}
      </span>
    );
  if (typeof value === "number") return <span className={styles.amount}>{String(value)}</span>;
  if (typeof value === "object" && value !== null) return <>{"{}"}</>;
  return <span className={styles.keyword}>{String(value)}</span>;
}
