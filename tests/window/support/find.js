// Finds what a person would point at: an element by its role and its accessible name.
// Arguments: role, name (`*` stands for anything), the element to look within or null.
// Answers with the first match that can be seen, or null.
const [role, wanted, within] = arguments;
const native = {
  button: "button, input[type=submit], summary",
  link: "a[href]",
  textbox: "input:not([type]), input[type=text], input[type=password], input[type=email], input[type=url], input[type=number], textarea, [contenteditable=true]",
  searchbox: "input[type=search]",
  checkbox: "input[type=checkbox]:not([role])",
  combobox: "select",
  heading: "h1, h2, h3, h4, h5, h6",
  dialog: "dialog",
  region: "section[aria-label], section[aria-labelledby]",
  article: "article",
  navigation: "nav",
  main: "main",
  list: "ul, ol",
  listitem: "li",
  group: "fieldset",
  form: "form",
  img: "img",
};
const selector = [`[role=${role}]`, native[role] && `:is(${native[role]}):not([role])`].filter(Boolean).join(", ");

const text = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute("aria-hidden") === "true") return "";
  if (node.hasAttribute("aria-label")) return ` ${node.getAttribute("aria-label")} `;
  if (node.localName === "img") return node.alt;
  const inner = Array.from(node.childNodes, text).join("");
  return getComputedStyle(node).display === "inline" ? inner : ` ${inner} `;
};
const byIds = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean).map(text).join(" ");
const nameOf = (element) => {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) {
    const own = element.getAttribute("aria-label");
    const parts = labelledBy.split(/\s+/).map((id) => (id === element.id && own !== null ? own : byIds(id)));
    return parts.join(" ");
  }
  if (element.hasAttribute("aria-label")) return element.getAttribute("aria-label");
  if (element.labels?.length) return Array.from(element.labels, text).join(" ");
  const inner = ["INPUT", "TEXTAREA"].includes(element.tagName) ? "" : text(element);
  return inner.trim() || element.title || element.placeholder || "";
};
// Words that only assistive technology is told stand in boxes of their own: "Connect" and ", GitHub".
const tidy = (words) => words.replace(/\s+/g, " ").replace(/ ([,.;:])/g, "$1").trim();
const pattern = new RegExp(`^${tidy(wanted).split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s");
const seen = (element) =>
  element.isConnected &&
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest("[aria-hidden=true], [inert]");

for (const element of (within ?? document).querySelectorAll(selector)) {
  if (seen(element) && pattern.test(tidy(nameOf(element)))) return element;
}
return null;
