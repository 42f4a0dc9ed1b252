import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { Address } from "@/components/Address";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ConnectorMark } from "@/components/ConnectorMark";
import { useCopy } from "@/components/CopyContext";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { IdentityLine } from "@/components/IdentityLine";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm, useRefusalFocus } from "@/components/PlatformForm/usePlatformForm";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { SubmitButton } from "@/components/SubmitButton";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { textOf } from "@/components/ToolResult/textOf";
import { useToasts } from "@/host/toasts";
import { inertText } from "@/lib/inertText";
import { asSchema, mapChildren } from "@/lib/schema/schema";
import { ago } from "@/lib/time";
import { count, joinTexts } from "@/lib/words";
import {
  type AskedDuring,
  type Content,
  type Form,
  type OpenQuestion,
  type Problem,
  type Question,
  type SamplingRole,
} from "@/host/bindings";
import { type Answering, useAnswer } from "./useAnswer";
import styles from "./Questions.module.css";

/**
 * A question that a server asks during a run, prompt or resource read. Its texts are marked as the server's. Closing
 * neither accepts nor declines.
 */
export function QuestionDialog({ open, more, canAnswer }: Asked) {
  const answering = useAnswer(open.id);
  const { question } = open;
  const asked = { open, more, canAnswer, answering };
  switch (question.kind) {
    case "form":
      return <FormDialog {...asked} question={question} />;
    case "page":
      return <PageDialog {...asked} question={question} />;
    case "sampling":
      return <SamplingDialog {...asked} question={question} />;
  }
}

type Asked = {
  open: OpenQuestion;
  /** Number of questions that wait behind this one. */
  more: number;
  /** Not right after it took the place of another question. */
  canAnswer: boolean;
};

type Framed = Asked & { answering: Answering };
type Props<Kind> = Framed & { question: Extract<Question, { kind: Kind }> };

function FormDialog({ question, ...asked }: Props<"form">) {
  const { answering } = asked;
  const form = useMemo(() => withSecretsAsValues(question.form), [question]);
  const state = usePlatformForm(form);
  const fields = useRefusalFocus(state);
  const isEmpty = Object.keys((question.form.schema as { properties?: object }).properties ?? {}).length === 0;
  const { problem } = answering;
  const isInForm = !isEmpty && problem !== null && problem.fields.length > 0;
  const send = () => {
    if (state.validateAll()) answering.send(state.values, state.setServerErrors);
  };
  return (
    <Frame
      {...asked}
      problem={isInForm ? null : problem}
      hasInput={state.isChanged}
      act={<SubmitButton label="Send" isPending={answering.isPending} onSubmit={send} />}
    >
      {question.secrets.length > 0 && (
        <Notice role="alert" glyph="failing" title="Don't enter secrets here">
          {`Servers must not ask for passwords, keys or cards this way: ${question.secrets.join(", ")}.`}
        </Notice>
      )}
      {!isEmpty && <PlatformForm ref={fields} label="Answer" state={state} wallet={[]} />}
    </Frame>
  );
}

/** What the server asks for as a secret is sent to it as typed, and not kept apart as a platform's secrets are. */
function withSecretsAsValues(form: Form): Form {
  const schema = mapChildren(asSchema(form.schema), (field) => {
    const { writeOnly: _writeOnly, ...others } = asSchema(field);
    return others;
  });
  return { ...form, schema };
}

function PageDialog({ question, ...asked }: Props<"page">) {
  const { answering } = asked;
  const { url, host, awaitsDone } = question;
  return (
    <Frame
      {...asked}
      problem={answering.problem}
      act={
        answering.isPageOpened && awaitsDone ? (
          <>
            <Button icon="external-link" onPress={() => answering.openPage(awaitsDone)}>
              Open again
            </Button>
            <Button look="primary" onPress={answering.finishPage} isPending={answering.isPending}>
              I&apos;m done
            </Button>
          </>
        ) : (
          <Button
            look="primary"
            icon="external-link"
            onPress={() => answering.openPage(awaitsDone)}
            isPending={answering.isPending}
          >
            Open in browser
          </Button>
        )
      }
    >
      <Address url={url} host={host} />
    </Frame>
  );
}

const roles: Record<SamplingRole, string> = { user: "User", assistant: "Assistant" };

function SamplingDialog({ question, ...asked }: Props<"sampling">) {
  const { answering } = asked;
  const [text, setText] = useState("");
  const copy = useCopy();
  const { systemPrompt, messages, maxTokens, models } = question;
  const turns = messages.map(({ role, content }) => ({ who: roles[role], content }));
  if (systemPrompt !== null) turns.unshift({ who: "System prompt", content: [{ kind: "text", text: systemPrompt }] });
  const wishes = joinTexts(
    " · ",
    maxTokens !== null && `Up to ${count(maxTokens, "token")}`,
    models.length > 0 && `Preferred models: ${models.join(", ")}`,
  );
  const isBlank = text.trim() === "";
  const send = () => {
    if (!isBlank) answering.send({ text }, () => undefined);
  };
  return (
    <Frame
      {...asked}
      problem={answering.problem}
      hasInput={!isBlank}
      act={<SubmitButton label="Send" isDisabled={isBlank} isPending={answering.isPending} onSubmit={send} />}
    >
      <p className="text2">
        It wants a text that a language model would write. Patchbay has no model: write it yourself, or decline.
      </p>
      <ol className={styles.turns} aria-label="Conversation">
        {turns.map(({ who, content }, number) => (
          <li key={number}>
            <span className="text3 small">{who}</span>
            {content.map((part, index) => (
              <blockquote key={index} className={styles.words} data-selectable>
                {part.kind === "text" ? part.text : <ContentPart content={part} index={index} />}
              </blockquote>
            ))}
          </li>
        ))}
      </ol>
      <div className={styles.wishes}>
        <span className="text3 small">{wishes}</span>
        <Button look="link" onPress={() => copy(asText(turns), "Conversation")}>
          Copy conversation
        </Button>
      </div>
      <Field label="Your text" lines={6} value={text} onChange={setText} autoFocus />
    </Frame>
  );
}

/** A conversation as plain text. */
function asText(turns: readonly { who: string; content: Content[] }[]): string {
  return turns.map(({ who, content }) => `${who}:\n${content.map(textOf).join("\n")}`).join("\n\n");
}

/** The name of what waits for the answer. */
function nameOf(during: AskedDuring): string {
  switch (during.kind) {
    case "run":
      return during.tool;
    case "prompt":
      return during.name;
    case "resource":
      return during.uri;
  }
}

/** `Asked just now`, `Asked 40 s ago`, `Asked 3 min ago`. Many servers stop waiting after a minute. */
function useAskedAgo(askedAt: string): string {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now.getTime() - new Date(askedAt).getTime()) / 1000);
  return `Asked ${seconds >= 5 && seconds < 60 ? `${seconds} s ago` : ago(askedAt, now)}`;
}

/** Shows a message when the question goes away. */
function useLossNotice(message: string | null): void {
  const { toast } = useToasts();
  const notify = useEffectEvent(() => {
    if (message !== null) toast(message);
  });
  useEffect(() => () => notify(), []);
}

type FrameProps = Framed & {
  problem: Problem | null;
  /** Whether closing would lose an answer that the user began. */
  hasInput?: boolean;
  act: React.ReactNode;
  children: React.ReactNode;
};

/** The frame of all questions: who asks, as which identity, and the answers. */
function Frame({ open, more, canAnswer, answering, problem, hasInput = false, act, children }: FrameProps) {
  const asked = useAskedAgo(open.askedAt);
  const [confirmsClose, setConfirmsClose] = useState(false);
  const close = hasInput ? () => setConfirmsClose(true) : answering.cancel;
  const name = inertText(nameOf(open.during));
  const waiting = <span className="mono">{name}</span>;
  useLossNotice(hasInput && !answering.isAnswered ? `${name} no longer waits. Your answer was not sent.` : null);
  return (
    <>
      <Dialog
        title={`The server ${open.connectorTitle} asks`}
        mark={<ConnectorMark size="large" title={open.connectorTitle} />}
        subtitle={<IdentityLine identity={open.identity} />}
        closeLabel="Cancel"
        onClose={() => canAnswer && close()}
        notice={problem && <ProblemNotice problem={problem} />}
        footer={
          <>
            <span>
              {waiting} waits for your answer.
              <span className="text3 small">
                {` ${joinTexts(" · ", asked, more > 0 && `${count(more, "more question", "more questions")} after this`)}`}
              </span>
            </span>
            {canAnswer && (
              <>
                {open.mayDeclineAll && <Button onPress={answering.declineAll}>Decline all</Button>}
                <Button onPress={answering.decline}>Decline</Button>
                {act}
              </>
            )}
          </>
        }
      >
        {open.question.kind !== "sampling" && open.question.message !== "" && (
          <blockquote className={styles.words} data-selectable>
            {open.question.message}
          </blockquote>
        )}
        {children}
      </Dialog>
      {confirmsClose && (
        <ConfirmDialog
          title="Discard your answer?"
          confirmLabel="Discard answer"
          cancelLabel="Keep editing"
          onConfirm={answering.cancel}
          onClose={() => setConfirmsClose(false)}
        >
          <p>{waiting} goes on without an answer, neither accepted nor declined.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
