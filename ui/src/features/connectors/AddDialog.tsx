import { useCallback, useEffect, useRef, useState } from "react";
import { Dialog } from "@/components/Dialog";
import { ProblemNotice } from "@/components/ProblemNotice";
import {
  commands,
  type Bundle,
  type Connector,
  type PastedServer,
  type PastedServers,
  type Problem,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { count, sentence } from "@/lib/words";
import { AddAddress } from "./AddAddress";
import { AddBundle } from "./AddBundle";
import { type KnownServer } from "./knownServer";
import { AddProgram } from "./AddProgram";
import { type AuthenticationForm } from "./authenticationForm";
import { ChooseServers } from "./ChooseServers";
import { FillIn } from "./FillIn";
import { PasteField, PasteFooter, pasteHelp } from "./PasteStep";
import { headersForm } from "./pastedForm";
import { useCheckConnector } from "./useConnectorActions";

type Props = {
  /** A text to begin with, read at once. */
  address: string;
  /** Whether it came from outside, so that nothing is sent anywhere before somebody agreed. */
  isOffered?: boolean;
  known?: KnownServer;
  onClose: () => void;
  /** `connect` tells that the user wants to sign in now. */
  onAdded: (connector: Connector, connect: boolean) => void;
  /** Several were added, each of which is in the list. */
  onAddedSeveral: () => void;
};

/** The servers that are looked through one after the other, and those that were added. */
type Round = { servers: PastedServer[]; at: number; added: Connector[] };

/** Adds connectors: anything that names a server, then a look at each one before it is added. */
export function AddDialog({ address: initialText, isOffered = false, known, onClose, onAdded, onAddedSeveral }: Props) {
  const [text, setText] = useState(initialText);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  // Pasted texts hold secrets: they are kept here, and go with the dialog.
  const [pasted, setPasted] = useState<PastedServers | null>(null);
  const [round, setRound] = useState<Round | null>(null);
  const [bundle, setBundle] = useState<Bundle | null>(null);
  // Stays from one address to the next, as long as it is one at a time.
  const [typed, setTyped] = useState<AuthenticationForm | null>(null);
  const reading = useRef(0);
  // A text to begin with is read within a moment: no other dialog is drawn before the one that it leads to.
  const [isBeginning, setIsBeginning] = useState(initialText.trim() !== "");
  const check = useCheckConnector();

  const read = useCallback((given: string) => {
    if (!given.trim()) return;
    const turn = ++reading.current;
    setRefusal(null);
    call(commands.readPasted(given)).then(
      (found) => {
        if (turn !== reading.current) return;
        setIsBeginning(false);
        setPasted(found);
        setRound(found.servers.length === 1 ? { servers: found.servers, at: 0, added: [] } : null);
      },
      (thrown: unknown) => {
        if (turn !== reading.current) return;
        setIsBeginning(false);
        setRefusal(asProblem(thrown));
      },
    );
  }, []);
  const hasRead = useRef(false);
  useEffect(() => {
    if (hasRead.current) return;
    hasRead.current = true;
    read(initialText);
  }, [initialText, read]);

  const chooseBundle = () => {
    const turn = ++reading.current;
    setRefusal(null);
    call(commands.chooseBundle()).then(
      (chosen) => turn === reading.current && setBundle(chosen),
      (thrown: unknown) => turn === reading.current && setRefusal(asProblem(thrown)),
    );
  };

  const paste = {
    text,
    onChooseBundle: chooseBundle,
    onText: (typed: string) => {
      reading.current += 1;
      setText(typed);
      setRefusal(null);
    },
    onSubmit: () => {
      setRound(null);
      setPasted(null);
      read(text);
    },
  };
  const back = () => {
    setRound(null);
    if (pasted?.servers.length === 1) setPasted(null);
  };
  const advance = (last: Round, connector: Connector | null, connect: boolean) => {
    const added = connector ? [...last.added, connector] : last.added;
    if (connector && last.servers.length === 1) {
      if (!connect) check.mutate(connector.id);
      return onAdded(connector, connect);
    }
    if (last.at + 1 < last.servers.length) return setRound({ ...last, at: last.at + 1, added });
    if (added.length === 0) return back();
    // One after the other: each program brings a question.
    void added.reduce(
      (before, one) => before.then(() => check.mutateAsync(one.id).then(nothing, nothing)),
      Promise.resolve(),
    );
    onAddedSeveral();
  };

  if (bundle) {
    return (
      <AddBundle
        bundle={bundle}
        onBack={() => setBundle(null)}
        onClose={onClose}
        onAdded={(connector) => {
          check.mutate(connector.id);
          onAdded(connector, false);
        }}
      />
    );
  }
  const server = round?.servers[round.at];
  if (round && server) {
    const shared = {
      onClose,
      onBack: back,
      onAdded: (connector: Connector, connect: boolean) => advance(round, connector, connect),
      ...(round.servers.length > 1 && {
        turn: `${round.at + 1} of ${count(round.servers.length, "server")}`,
        onSkip: () => advance(round, null, false),
      }),
    };
    if (server.place.kind === "program")
      return <AddProgram key={round.at} server={server} place={server.place} {...shared} />;
    if (server.blanks.length > 0) {
      return (
        <FillIn
          key={round.at}
          server={server}
          {...shared}
          onFilled={(filled) =>
            setRound({ ...round, servers: round.servers.map((one, at) => (at === round.at ? filled : one)) })
          }
        />
      );
    }
    const { url, headers } = server.place;
    const isOnlyOne = round.servers.length === 1;
    const title = known?.title ?? server.title;
    return (
      <AddAddress
        key={`${round.at} ${url}`}
        url={url}
        // Another text than the link's was typed by a person.
        isOffered={isOffered && text === initialText}
        headers={headersForm(headers)}
        typed={isOnlyOne ? typed : null}
        onTyped={(form) => isOnlyOne && setTyped(form)}
        known={title === null ? known : { title, methods: known?.methods ?? [] }}
        paste={paste}
        {...shared}
      />
    );
  }
  if (pasted) {
    return (
      <ChooseServers
        pasted={pasted}
        onBack={() => setPasted(null)}
        onChosen={(servers) => setRound({ servers, at: 0, added: [] })}
        onClose={onClose}
      />
    );
  }
  if (isBeginning) return null;
  const isRefused = refusal?.code === "usage.invalid";
  return (
    <Dialog
      title="Add connector"
      subtitle={pasteHelp}
      onClose={onClose}
      footer={<PasteFooter {...paste} onClose={onClose} />}
    >
      <PasteField
        {...paste}
        error={
          refusal && isRefused
            ? [refusal.message, refusal.hint]
                .filter(Boolean)
                .map((it) => sentence(it ?? ""))
                .join(" ")
            : null
        }
      >
        {refusal && !isRefused && <ProblemNotice problem={refusal} onRetry={() => read(text)} />}
      </PasteField>
    </Dialog>
  );
}

function nothing() {
  // What came of it is shown at the connector.
}
