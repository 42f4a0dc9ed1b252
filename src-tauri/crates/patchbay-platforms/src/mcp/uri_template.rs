//! URI templates of resources.
//!
//! Source: RFC 6570, levels 1 to 3, with string values only. Of level 4, a list of path segments (`{/path*}`) is filled
//! from a path.

use patchbay_http::NOT_UNRESERVED;
use patchbay_model::TemplateVariable;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::{Map, Value};

/// Maximum number of variables of one template.
const MAX_VARIABLES: usize = 50;

const SIMPLE: &AsciiSet = NOT_UNRESERVED;

/// As [`SIMPLE`], but keeps what separates path segments.
const PATH: &AsciiSet = &SIMPLE.remove(b'/');

/// As [`SIMPLE`], but keeps the reserved characters of RFC 3986.
const RESERVED: &AsciiSet = &SIMPLE
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// A parsed template.
#[derive(Debug, PartialEq, Eq)]
pub struct UriTemplate<'a>(Vec<Part<'a>>);

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    /// Names of variables, with their modifiers.
    Expression(&'static Operator, Vec<&'a str>),
}

/// How an expression is expanded.
///
/// Source: RFC 6570, appendix A.
#[derive(Debug, PartialEq, Eq)]
struct Operator {
    sign: &'static str,
    first: &'static str,
    separator: &'static str,
    /// Whether each value has its name in front.
    is_named: bool,
    /// What follows the name of an empty value.
    if_empty: &'static str,
    keeps_reserved: bool,
}

const fn operator(
    sign: &'static str,
    first: &'static str,
    separator: &'static str,
    is_named: bool,
    if_empty: &'static str,
    keeps_reserved: bool,
) -> Operator {
    Operator {
        sign,
        first,
        separator,
        is_named,
        if_empty,
        keeps_reserved,
    }
}

static OPERATORS: [Operator; 8] = [
    operator("+", "", ",", false, "", true),
    operator("#", "#", ",", false, "", true),
    operator(".", ".", ".", false, "", false),
    operator("/", "/", "/", false, "", false),
    operator(";", ";", ";", true, "", false),
    operator("?", "?", "&", true, "=", false),
    operator("&", "&", "&", true, "=", false),
    operator("", "", ",", false, "", false),
];

impl<'a> UriTemplate<'a> {
    /// Parses a template; `None` if an expression is invalid or of level 4.
    pub fn parse(template: &'a str) -> Option<Self> {
        let (mut parts, mut rest, mut count) = (Vec::new(), template, 0);
        while let Some((literal, after)) = rest.split_once('{') {
            let (expression, after) = after.split_once('}')?;
            let operator = OPERATORS
                .iter()
                .find(|operator| expression.starts_with(operator.sign))?;
            let names = &expression[operator.sign.len()..];
            let names: Vec<&str> = names.split(',').collect();
            count += names.len();
            if count > MAX_VARIABLES || !names.iter().all(|name| is_name(plain(name))) {
                return None;
            }
            parts.push(Part::Literal(literal));
            parts.push(Part::Expression(operator, names));
            rest = after;
        }
        if rest.contains('}') {
            return None;
        }
        parts.push(Part::Literal(rest));
        Some(Self(parts))
    }

    /// The variables, each once, in order.
    pub fn variables(&self) -> Vec<TemplateVariable> {
        let mut found: Vec<TemplateVariable> = Vec::new();
        for part in &self.0 {
            let Part::Expression(operator, names) = part else {
                continue;
            };
            for name in names {
                // Query parameters and the like can be omitted; a list of path segments can be empty.
                let is_required = !operator.is_named && !operator.takes_path(name);
                let name = plain(name);
                match found.iter_mut().find(|one| one.name == name) {
                    Some(known) => known.is_required |= is_required,
                    None => found.push(TemplateVariable {
                        name: name.to_owned(),
                        is_required,
                    }),
                }
            }
        }
        found
    }

    /// Expands the template with the strings in `values`; undefined variables are left out.
    pub fn fill(&self, values: &Map<String, Value>) -> String {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::Expression(operator, names) => operator.fill(names, values, &mut filled),
            }
        }
        filled
    }
}

impl Operator {
    /// Whether a variable is a list of path segments.
    fn takes_path(&self, name: &str) -> bool {
        self.sign == "/" && name.ends_with('*')
    }

    fn fill(&self, names: &[&str], values: &Map<String, Value>, filled: &mut String) {
        let given = names
            .iter()
            .filter_map(|name| Some((name, values.get(plain(name))?.as_str()?)));
        for (place, (name, value)) in given.enumerate() {
            filled.push_str(if place == 0 {
                self.first
            } else {
                self.separator
            });
            if self.is_named {
                filled.push_str(plain(name));
                filled.push_str(if value.is_empty() { self.if_empty } else { "=" });
            }
            let (value, kept) = if self.takes_path(name) {
                (value.trim_start_matches('/'), PATH)
            } else if self.keeps_reserved {
                (value, RESERVED)
            } else {
                (value, SIMPLE)
            };
            filled.extend(utf8_percent_encode(value, kept));
        }
    }
}

/// A name without `*`, which explodes lists and has no effect on other strings.
fn plain(name: &str) -> &str {
    name.strip_suffix('*').unwrap_or(name)
}

fn is_name(name: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.' | '%');
    !name.is_empty() && name.len() <= 200 && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(template: &str) -> String {
        let values = json!({
            "var": "value", "hello": "Hello World!", "path": "/foo/bar", "x": "1024", "y": "768",
            "empty": "", "number": 7,
        });
        let template = UriTemplate::parse(template).unwrap();
        template.fill(values.as_object().unwrap())
    }

    /// Source: RFC 6570, section 1.2.
    #[test]
    fn addresses_are_filled_in_as_the_standard_does() {
        for (template, expected) in [
            ("{var}", "value"),
            ("{hello}", "Hello%20World%21"),
            ("{+hello}", "Hello%20World!"),
            ("{+path}/here", "/foo/bar/here"),
            ("{path}", "%2Ffoo%2Fbar"),
            ("X{#hello}", "X#Hello%20World!"),
            ("map?{x,y}", "map?1024,768"),
            ("X{.var}", "X.value"),
            ("{/var,x}/here", "/value/1024/here"),
            ("{;x,y,empty}", ";x=1024;y=768;empty"),
            ("{?x,y,empty}", "?x=1024&y=768&empty="),
            ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
            ("{?undefined,y}", "?y=768"),
            ("a{undefined}b{number}c", "abc"),
            ("a://b/{+path*}", "a://b//foo/bar"),
            ("a://b{/path*}", "a://b/foo/bar"),
            ("a://b{/path}", "a://b/%2Ffoo%2Fbar"),
            ("a://b{/undefined*}", "a://b"),
            ("{?x*}", "?x=1024"),
            ("a://b", "a://b"),
        ] {
            assert_eq!(filled(template), expected, "{template}");
        }
    }

    #[test]
    fn what_is_no_template_is_left_to_its_server() {
        for template in [
            "{", "a{b", "a}b", "{}", "{=x}", "{x:3}", "{a b}", "{a{b}}", "{+}",
        ] {
            assert_eq!(UriTemplate::parse(template), None, "{template}");
        }
        assert_eq!(UriTemplate::parse(&"{x}".repeat(51)), None);
    }

    #[test]
    fn each_variable_is_asked_for_once() {
        let template = UriTemplate::parse("a://{b}/{+c}{?d,b}{/e*}").unwrap();
        let found = template.variables();
        let named: Vec<_> = found
            .iter()
            .map(|one| (&*one.name, one.is_required))
            .collect();
        let expected = [("b", true), ("c", true), ("d", false), ("e", false)];
        assert_eq!(named, expected);
    }
}
