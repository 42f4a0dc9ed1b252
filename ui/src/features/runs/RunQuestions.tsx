import { type Reply, type RunQuestion } from "@/host/bindings";
import styles from "./Runs.module.css";

const words: Record<Reply, string> = {
  answered: "Answered",
  declined: "Declined",
  cancelled: "Cancelled",
  not_shown: "Not shown",
};

/** The questions of the server during a run. Answers are not stored. */
export function RunQuestions({ questions }: { questions: readonly RunQuestion[] }) {
  return (
    <ul className={styles.questions} aria-label="Questions of the server">
      {questions.map(({ message, reply }, number) => (
        <li key={number}>
          <span className="text3">{words[reply]}: </span>
          <span data-selectable>{message || "no words"}</span>
        </li>
      ))}
    </ul>
  );
}
