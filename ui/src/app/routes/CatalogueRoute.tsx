import { CataloguePage } from "@/features/catalogue/CataloguePage";
import { useLayers } from "../LayersContext";

export function CatalogueRoute() {
  const layers = useLayers();
  return (
    <CataloguePage
      onCreate={(account, definition) => layers.create({ kind: "form", account, definition })}
      onAdd={layers.add}
    />
  );
}
