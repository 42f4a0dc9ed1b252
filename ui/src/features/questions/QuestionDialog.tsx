import { useRef } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm } from "@/components/PlatformForm/usePlatformForm";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { SubmitKey } from "@/components/SubmitKey";
import { type OpenQuestion, type Problem, type Question } from "@/host/bindings";
import { type Answering, useAnswer } from "./useAnswer";
import styles from "./Questions.module.css";

/** What a server asks while its tool runs. Its words are shown as its own; closing says nothing. */
export function QuestionDialog({ open }: { open: OpenQuestion }) {
  const answering = useAnswer(open.id);
  const { question } = open;
  return question.kind === "form" ? (
    <FormDialog open={open} question={question} answering={answering} />
  ) : (
    <PageDialog open={open} question={question} answering={answering} />
  );
}

type Props<Kind> = { open: OpenQuestion; question: Extract<Question, { kind: Kind }>; answering: Answering };

function FormDialog({ open, question, answering }: Props<"form">) {
  const state = usePlatformForm(question.form);
  const fields = useRef<SchemaFormHandle>(null);
  const isEmpty = Object.keys((question.form.schema as { properties?: object }).properties ?? {}).length === 0;
  const send = () => {
    if (state.validateAll()) answering.send(state.values, state.setServerErrors);
    else fields.current?.focusProblem();
  };
  return (
    <Frame
      open={open}
      answering={answering}
      problem={answering.problem?.fields?.length ? undefined : answering.problem}
      act={
        <Button look="primary" keys="Mod+Enter" onPress={send} isPending={answering.isPending}>
          Send
        </Button>
      }
    >
      <SubmitKey label="Send" onSubmit={send} />
      {question.secrets.length > 0 && (
        <Notice role="alert" glyph="failing" title="Don't enter secrets here">
          {`Servers must not ask for passwords, keys or cards this way: ${question.secrets.join(", ")}.`}
        </Notice>
      )}
      {!isEmpty && <PlatformForm ref={fields} label="Answer" state={state} wallet={[]} />}
    </Frame>
  );
}

function PageDialog({ open, question, answering }: Props<"page">) {
  const { url, host } = question;
  const at = url.indexOf(host);
  return (
    <Frame
      open={open}
      answering={answering}
      problem={answering.problem}
      act={
        <Button look="primary" icon="external-link" onPress={answering.openPage} isPending={answering.isPending}>
          Open in browser
        </Button>
      }
    >
      <div className={styles.address} role="group" aria-label="Address" data-selectable>
        {url.slice(0, at)}
        <strong>{host}</strong>
        {url.slice(at + host.length)}
      </div>
      {host.includes("xn--") && (
        <Notice glyph="failing" title="Unusual host name">
          It has letters that can look like others.
        </Notice>
      )}
    </Frame>
  );
}

type FrameProps = {
  open: OpenQuestion;
  answering: Answering;
  problem: Problem | undefined;
  act: React.ReactNode;
  children: React.ReactNode;
};

/** Who asks, in whose name, and every way to answer. */
function Frame({ open, answering, problem, act, children }: FrameProps) {
  return (
    <Dialog
      title={`${open.connectorTitle} asks`}
      mark={<ConnectorMark size="large" title={open.connectorTitle} icon={null} />}
      subtitle={<IdentityLine identity={open.identity} />}
      closeLabel="Cancel"
      onClose={answering.cancel}
      notice={problem && <ProblemNotice problem={problem} />}
      footer={
        <>
          <span>
            <span className="mono">{open.tool}</span> waits for your answer.
          </span>
          <Button onPress={answering.decline}>Decline</Button>
          {act}
        </>
      }
    >
      {open.question.message !== "" && (
        <blockquote className={styles.words} data-selectable>
          {open.question.message}
        </blockquote>
      )}
      {children}
    </Dialog>
  );
}
