import { useCallback, useEffect, useRef, useState } from "react";
import { FormDialog } from "@/components/FormDialog";
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
import { useDroppedBundle } from "./useDroppedBundle";

type Props = {
  /** Text to start with, read at once. */
  address: string;
  /** Whether to start with a bundle that was dropped on the window. */
  isDropped?: boolean;
  known?: KnownServer;
  onClose: () => void;
  /** `connect` means that the user wants to sign in now. */
  onAdded: (connector: Connector, connect: boolean) => void;
  onAddedSeveral: (connectors: Connector[]) => void;
};

/** The pasted servers under review, one after the other; `filled` is the current one without its placeholders. */
type Review = { servers: PastedServer[]; at: number; filled: PastedServer | null };

/** Adds connectors from any text that names servers. Each one is reviewed before it is added. */
export function AddDialog({ address: initialText, isDropped = false, known, onClose, onAdded, onAddedSeveral }: Props) {
  const [text, setText] = useState(initialText);
  const [problem, setProblem] = useState<Problem | null>(null);
  // Pasted text may hold secrets: it is kept only as long as the dialog.
  const [pasted, setPasted] = useState<PastedServers | null>(null);
  const [review, setReview] = useState<Review | null>(null);
  // Of several servers. They are checked at the end, because nothing starts during the review.
  const [added, setAdded] = useState<Connector[]>([]);
  const [bundle, setBundle] = useState<Bundle | null>(null);
  // Carried over from one address to the next, while addresses are added one at a time.
  const [typedForm, setTypedForm] = useState<AuthenticationForm | null>(null);
  const latestRead = useRef(0);
  // What it starts with is read within a moment: until then no dialog is drawn, so that none flashes up.
  const [isStarting, setStarting] = useState(isDropped || initialText.trim() !== "");
  const check = useCheckConnector();

  /** Calls `onLoaded` unless another request was made or the text was edited meanwhile. */
  const load = useCallback(<T,>(request: Promise<T>, onLoaded: (value: T) => void) => {
    const turn = ++latestRead.current;
    const settle = (update: () => void) => {
      if (turn !== latestRead.current) return;
      setStarting(false);
      setProblem(null);
      update();
    };
    request.then(
      (value) => settle(() => onLoaded(value)),
      (thrown: unknown) => settle(() => setProblem(asProblem(thrown))),
    );
  }, []);
  const read = useCallback(
    (input: string) => {
      if (!input.trim()) return;
      load(call(commands.readPasted(input)), (found) => {
        setPasted(found);
        setReview(found.servers.length === 1 ? { servers: found.servers, at: 0, filled: null } : null);
      });
    },
    [load],
  );
  const readDropped = useCallback(() => load(call(commands.takeDroppedBundle()), setBundle), [load]);
  const hasRead = useRef(false);
  useEffect(() => {
    if (hasRead.current) return;
    hasRead.current = true;
    if (isDropped) readDropped();
    else read(initialText);
  }, [initialText, isDropped, read, readDropped]);
  useDroppedBundle(bundle || pasted ? null : readDropped);

  const paste = {
    text,
    onChooseBundle: () => load(call(commands.chooseBundle()), setBundle),
    onText: (next: string) => {
      latestRead.current += 1;
      setText(next);
      setProblem(null);
    },
    onSubmit: () => {
      setReview(null);
      setPasted(null);
      read(text);
    },
  };
  const back = () => {
    setReview(null);
    if (pasted?.servers.length === 1 && added.length === 0) setPasted(null);
  };
  const leave = (all: Connector[]) => {
    if (all.length === 0) return onClose();
    // One at a time, because each program asks the user for permission.
    void all
      .filter(isOn)
      .reduce((before, one) => before.then(() => check.mutateAsync(one.id).then(ignore, ignore)), Promise.resolve());
    onAddedSeveral(all);
  };
  const close = () => leave(added);
  const advance = (last: Review, connector: Connector | null, connect: boolean) => {
    if (connector && last.servers.length === 1 && added.length === 0) {
      if (!connect && isOn(connector)) check.mutate(connector.id);
      return onAdded(connector, connect);
    }
    const all = connector ? [...added, connector] : added;
    setAdded(all);
    if (connector && pasted) {
      // Going back must not add it again.
      setPasted({ ...pasted, servers: pasted.servers.filter((one) => one !== last.servers[last.at]) });
    }
    if (last.at + 1 < last.servers.length) setReview({ ...last, at: last.at + 1, filled: null });
    else if (all.length === 0) back();
    else leave(all);
  };

  if (bundle) {
    return (
      <AddBundle
        bundle={bundle}
        onBack={() => setBundle(null)}
        onClose={close}
        onAdded={(connector) => {
          check.mutate(connector.id);
          onAdded(connector, false);
        }}
      />
    );
  }
  const server = review?.filled ?? review?.servers[review.at];
  if (review && server) {
    const isOnlyOne = review.servers.length === 1;
    const shared = {
      // Those of the whole text were shown where there were several servers to choose from.
      notes: isOnlyOne ? [...new Set([...(pasted?.notes ?? []), ...server.notes])] : server.notes,
      onClose: close,
      onBack: back,
      onAdded: (connector: Connector, connect: boolean) => advance(review, connector, connect),
      ...(review.servers.length > 1 && {
        turn: `${review.at + 1} of ${count(review.servers.length, "server")}`,
        onSkip: () => advance(review, null, false),
      }),
    };
    if (server.place.kind === "program")
      return <AddProgram key={review.at} server={server} command={server.place} {...shared} />;
    if (server.blanks.length > 0) {
      return (
        <FillIn key={review.at} server={server} {...shared} onFilled={(filled) => setReview({ ...review, filled })} />
      );
    }
    const { url, headers } = server.place;
    const title = known?.title ?? server.title;
    return (
      <AddAddress
        key={`${review.at} ${url}`}
        url={url}
        server={server}
        isOffered={pasted?.isLink ?? false}
        headers={headersForm(headers)}
        typed={isOnlyOne ? typedForm : null}
        onTyped={(form) => isOnlyOne && setTypedForm(form)}
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
        onChosen={(servers) => setReview({ servers, at: 0, filled: null })}
        onClose={close}
      />
    );
  }
  if (isStarting) return null;
  const isInvalid = problem?.code === "usage.invalid";
  return (
    <FormDialog
      title="Add connector"
      subtitle={pasteHelp}
      onClose={close}
      footer={<PasteFooter {...paste} onClose={close} />}
    >
      <PasteField
        {...paste}
        error={isInvalid ? [problem.message, problem.hint ?? ""].filter(Boolean).map(sentence).join(" ") : null}
      >
        {problem && !isInvalid && <ProblemNotice problem={problem} onRetry={() => read(text)} />}
      </PasteField>
    </FormDialog>
  );
}

function isOn({ status }: Connector): boolean {
  return status.status !== "disabled";
}

function ignore() {
  // The page of the connector shows the result.
}
