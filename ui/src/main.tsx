import { createRoot } from "react-dom/client";
import "@/styles/tokens.css";
import "@/styles/base.css";

const root = document.getElementById("root");
if (root) createRoot(root).render(<main><h1>Patchbay</h1></main>);
