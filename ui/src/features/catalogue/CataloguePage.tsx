import { useState } from "react";
import { Button } from "@/components/Button";
import { FilterField } from "@/components/FilterField";
import { FilterMenu } from "@/components/FilterMenu";
import { NoMatches } from "@/components/NoMatches";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Toolbar } from "@/components/Toolbar";
import { VirtualList } from "@/components/VirtualList";
import { type AccountId, type AuthenticationMethod, type Definition } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { bestMatches } from "@/lib/match";
import { count, grouped } from "@/lib/words";
import styles from "./Catalogue.module.css";
import { EntryDialog } from "./EntryDialog";
import { type CatalogueItem, textToAdd } from "./catalogueItems";
import { CatalogueRow } from "./CatalogueRow";
import { RegistryFileDialog } from "./RegistryFileDialog";
import { SourceHead } from "./SourceHead";
import { useCatalogue } from "./useCatalogue";

type Props = {
  onCreate: (account: AccountId, definition: Definition) => void;
  onAdd: (address: string, known: { title: string; methods: AuthenticationMethod[] }) => void;
};

const keyOf = ({ key }: CatalogueItem) => key;

/** Texts that a search looks through, the title first. */
const searchTexts = ({ title, category, address, description }: CatalogueItem) => [
  title,
  category ?? "",
  address ?? "",
  description ?? "",
];

// Kept while another page is open.
const filterKey = stateKey("", "catalog-filter");
const sourceKey = stateKey<string | null>(null, "catalog-source");
const selectedKey = stateKey<string | null>(null, "selected-entry");

/** Everything that can be set up: connector types of all accounts, well-known MCP servers, and a registry file. */
export function CataloguePage({ onCreate, onAdd }: Props) {
  const { sources, isLoading, error, retry } = useCatalogue();
  const [typed, setTyped] = useClientState(filterKey);
  const [chosenSource, setSource] = useClientState(sourceKey);
  const [selected, setSelected] = useClientState(selectedKey);
  const [details, setDetails] = useState<CatalogueItem | null>(null);
  const [isReadingFile, setReadingFile] = useState(false);

  // The account of the chosen source may be gone.
  const source = sources.some((one) => one.key === chosenSource) ? chosenSource : null;
  const isFiltered = typed.trim() !== "" || source !== null;
  const shown = sources
    .filter((one) => source === null || one.key === source)
    .map((one) => ({ ...one, found: bestMatches(one.items, typed, searchTexts) }))
    // Sources that failed or are loading stay visible whatever the filter.
    .filter((one) => one.found.length > 0 || one.isLoading || one.problem !== null || !isFiltered);
  const found = shown.flatMap((one) => one.found);
  const total = sources.reduce((sum, one) => sum + one.items.length, 0);
  const current = found.find(({ key }) => key === selected);

  const open = (item: CatalogueItem) => {
    if (item.kind === "definition") onCreate(item.account.id, item.definition);
    else onAdd(textToAdd(item.entry), { title: item.entry.title, methods: item.entry.authentication });
  };
  const clearFilters = () => {
    setTyped("");
    setSource(null);
  };

  useShortcut(
    current ? { keys: "Space", label: "Details", inBar: true, ofRow: true, run: () => setDetails(current) } : null,
  );
  useShortcut({ keys: "catalog.refresh", run: () => sources.forEach((one) => one.account && one.retry()) });

  return (
    <div className={styles.page}>
      <Toolbar title="Catalog" count={isLoading ? undefined : isFiltered ? found.length : total}>
        <Button icon="folder" onPress={() => setReadingFile(true)}>
          Open registry file…
        </Button>
      </Toolbar>
      <div className={styles.find}>
        <FilterField
          label="Search the catalog"
          inBar="Search"
          placeholder="Search by name, address or purpose"
          value={typed}
          onChange={setTyped}
          onEnter={() => found[0] && open(found[0])}
        />
        <FilterMenu
          label="Source"
          options={sources.map((one) => ({
            value: one.key,
            label: one.title,
            count: one.isLoading && one.items.length === 0 ? undefined : one.items.length,
            start: one.account && (
              <span className={styles.tile}>
                <PlatformTile platform={one.account.platform} />
              </span>
            ),
          }))}
          value={source}
          onChange={setSource}
        />
      </div>
      <ErrorNotice className={styles.notice} error={error} onRetry={retry} />
      {shown.length === 0 ? (
        <NoMatches title="No matching entries" onClear={clearFilters}>
          You can add any MCP server by its address.
        </NoMatches>
      ) : (
        <>
          <div className={styles.heads} aria-hidden="true">
            <span>Name</span>
            <span>Address</span>
            <span>Sign-in</span>
            <span />
          </div>
          <VirtualList
            label="Catalog"
            sections={shown.map((one) => ({
              key: one.key,
              head: <SourceHead source={one} shown={one.found.length} />,
              rows: one.found,
            }))}
            keyOf={keyOf}
            nameOf={({ title, where, signIn }) => `${title}, ${where}, sign-in: ${signIn}`}
            columnsClass={styles.columns}
            selected={selected}
            onSelect={setSelected}
            onOpen={open}
            openLabel={({ verb }) => verb}
            hasMenu
            autoFocus
            renderRow={(item, isSelected) => (
              <CatalogueRow item={item} isSelected={isSelected} onOpen={() => open(item)} />
            )}
          />
        </>
      )}
      {details && (
        <EntryDialog
          item={details}
          onClose={() => setDetails(null)}
          onOpen={() => {
            setDetails(null);
            open(details);
          }}
        />
      )}
      {isReadingFile && (
        <RegistryFileDialog
          onClose={() => setReadingFile(false)}
          onRead={() => {
            setReadingFile(false);
            setTyped("");
            setSource("file");
          }}
        />
      )}
      <StatusFacts>
        {!isLoading && (
          <span>
            {count(found.length, "entry", "entries")}
            {found.length === total ? "" : ` of ${grouped(total)}`}
          </span>
        )}
      </StatusFacts>
    </div>
  );
}
