import js from "@eslint/js";
import importPlugin from "eslint-plugin-import";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync, readFileSync } from "node:fs";
import { URL } from "node:url";
import tseslint from "typescript-eslint";

const features = readdirSync(new URL("./src/features", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** `app` imports features; features import components, host and lib; never each other. */
const zones = [
  { target: "./src/components", from: ["./src/app", "./src/features"], message: "Components know no feature." },
  {
    target: "./src/lib",
    from: ["./src/app", "./src/features", "./src/components", "./src/host"],
    message: "lib holds pure functions.",
    except: [],
  },
  {
    target: "./src/host",
    from: ["./src/app", "./src/features", "./src/components"],
    message: "The host knows no view.",
  },
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: ["./src/app", ...features.filter((other) => other !== name).map((other) => `./src/features/${other}`)],
    message: "A feature imports components, host and lib; app puts features together.",
  })),
];

/** Phrases that texts for users avoid, from the guide. `cargo xtask test lint` checks Rust for them. */
const guide = readFileSync(new URL("../.github/WORDS.md", import.meta.url), "utf8");
const phrases = guide.split("```text\n")[1].split("\n```")[0].split("\n").join("|");
const message = "A phrase that .github/WORDS.md gives up.";
const words = ["Literal[value=/ /]", "JSXText", "TemplateElement"].map((node) => ({
  selector:
    node === "TemplateElement"
      ? `TemplateElement[value.raw=/\\b(${phrases})\\b/i]`
      : `${node}[value=/\\b(${phrases})\\b/i]`,
  message,
}));

/** One-line texts have no full stop; code that shows one as a sentence adds it. */
const stops = ['Property[key.name="toast"]', "JSXAttribute[name.name=/^(title|label|placeholder)$/]"].map((place) => ({
  selector: `${place} Literal[value=/[^.][.!]$/]`,
  message: "No full stop in titles, labels, placeholders and toasts: .github/WORDS.md.",
}));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/host/bindings.ts", "public"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ["src/**/*.{ts,tsx}", "*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { import: importPlugin, "jsx-a11y": jsxA11y, "react-hooks": reactHooks },
    settings: { "import/resolver": { typescript: { project: "./tsconfig.json" } } },
    rules: {
      ...jsxA11y.flatConfigs.recommended.rules,
      ...reactHooks.configs.recommended.rules,
      "jsx-a11y/no-autofocus": ["error", { ignoreNonDOM: true }],
      "import/no-restricted-paths": ["error", { zones, basePath: import.meta.dirname }],
      "import/no-default-export": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, argsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "no-restricted-syntax": ["error", ...words, ...stops],
      // Prettier does not wrap comments.
      "max-len": [
        "error",
        {
          code: 120,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
          ignorePattern: "eslint-disable",
        },
      ],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@tauri-apps/*"], message: "Only src/host speaks with Tauri." }] },
      ],
    },
  },
  {
    files: ["src/host/**", "src/test/**", "**/*.test.{ts,tsx}"],
    rules: { "no-restricted-imports": "off", "no-restricted-syntax": "off" },
  },
  { files: ["*.config.ts", "src/test/*.config.ts"], rules: { "import/no-default-export": "off" } },
  { files: ["*.js"], ...tseslint.configs.disableTypeChecked },
);
