import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { useCopy } from "@/components/CopyContext";
import { Dialog } from "@/components/Dialog";
import { Code, Fact } from "@/components/Fact";
import { Tag } from "@/components/Tag";
import styles from "./Catalogue.module.css";
import { type CatalogueItem } from "./catalogueItems";

type Props = { item: CatalogueItem; onClose: () => void; onOpen: () => void };

/** All details of one entry, with their source. */
export function EntryDialog({ item, onClose, onOpen }: Props) {
  const copy = useCopy();
  const { title, description, category, address, isCommand, signIn } = item;
  const entry = item.kind === "server" ? item.entry : null;
  const addressLabel = isCommand ? "Command" : "Address";
  return (
    <Dialog
      title={title}
      mark={<ConnectorMark size="large" title={title} />}
      subtitle={description}
      onClose={onClose}
      footer={
        <>
          <Button keys="Escape" onPress={onClose}>
            Close
          </Button>
          <Button look="primary" autoFocus onPress={onOpen}>
            {item.kind === "definition" ? `Create on ${item.account.label}` : "Add connector"}
          </Button>
        </>
      }
    >
      <dl className={styles.facts}>
        {address && (
          <Fact name={addressLabel}>
            <Code>{address}</Code>
            <Button
              small
              look="quiet"
              icon="copy"
              label={`Copy the ${addressLabel.toLowerCase()} of ${title}`}
              onPress={() => copy(address, addressLabel)}
            />
          </Fact>
        )}
        {entry?.reach.kind === "command" && entry.reach.variables.length > 0 && (
          <Fact name="Environment variables">
            {entry.reach.variables.map(({ name }) => (
              <Tag key={name} mono>
                {name}
              </Tag>
            ))}
          </Fact>
        )}
        <Fact name="Sign-in">{signIn}</Fact>
        <Fact name="Note">{entry?.note}</Fact>
        <Fact name="Category">{category}</Fact>
        {item.kind === "definition" && <Fact name="Account">{item.account.label}</Fact>}
        {entry && (
          <Fact name="Source">
            {entry.source ? (
              <span className="mono small" data-selectable>
                {entry.source}
              </span>
            ) : item.kind === "server" && item.list === "file" ? (
              "Your file"
            ) : (
              "Unknown"
            )}
            {entry.source && (
              <Button
                small
                look="quiet"
                icon="copy"
                label="Copy the source"
                onPress={() => copy(entry.source ?? "", "Source")}
              />
            )}
          </Fact>
        )}
        <Fact name="Updated">{entry?.sourceDate}</Fact>
        {entry && <Fact name="Tested with Patchbay">{entry.verified ? "Yes" : "No"}</Fact>}
      </dl>
    </Dialog>
  );
}
