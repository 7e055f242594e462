//! The page's modules as one file, so that a browser asks once instead of forty times: asking, not computing, was most
//! of the time until the page stood (docs/performance.md).
//!
//! This is no bundler for any JavaScript but a joiner of ours, which keeps to a few forms (each at the start of a line):
//! `import { a, b as c } from "./x.js";`, `import * as x from "./x.js";`, `export function|async function|const|class`
//! and `export { a, b };`. Each module becomes a function that is called once, in the order in which they need each
//! other. What does not keep to the forms is refused, and the page is then served file by file.

use std::collections::BTreeMap;

/// Joins `entry` and everything it needs; `read` gives a file of the page by its path.
///
/// # Errors
/// What in which module could not be joined, for whoever changes the page.
pub(super) fn join<'a>(entry: &str, read: &dyn Fn(&str) -> Option<&'a str>) -> Result<String, String> {
    let mut joiner = Joiner { read, numbers: BTreeMap::new(), under_way: Vec::new(), out: String::new() };
    joiner.take(entry)?;
    Ok(joiner.out)
}

struct Joiner<'r, 'a> {
    read: &'r dyn Fn(&str) -> Option<&'a str>,
    /// Modules that are written, by path
    numbers: BTreeMap<String, usize>,
    /// Modules whose imports are being written, to know a circle
    under_way: Vec<String>,
    out: String,
}

impl Joiner<'_, '_> {
    /// Writes a module after those it needs; answers its number.
    fn take(&mut self, path: &str) -> Result<usize, String> {
        if let Some(number) = self.numbers.get(path) {
            return Ok(*number);
        }
        if self.under_way.iter().any(|one| one == path) {
            return Err(format!("{path} needs itself: {}", self.under_way.join(" → ")));
        }
        let text = (self.read)(path).ok_or_else(|| format!("{path} is not there"))?;
        self.under_way.push(path.to_owned());
        let (mut body, mut exports) = (String::with_capacity(text.len()), Vec::new());
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("import ") {
                let (names, from) = import(rest).ok_or_else(|| format!("{path}: {line}"))?;
                let from = resolve(path, from).ok_or_else(|| format!("{path}: {line}"))?;
                let number = self.take(&from)?;
                body.push_str(&format!("const {names} = module${number};"));
            } else if let Some(rest) = line.strip_prefix("export ") {
                let kept = export(rest, &mut exports).and_then(|kept| later(path, kept));
                body.push_str(&kept.ok_or_else(|| format!("{path}: {line}"))?);
            } else if line.contains("import.meta") {
                return Err(format!("{path}: {line}"));
            } else {
                body.push_str(&later(path, line).ok_or_else(|| format!("{path}: {line}"))?);
            }
            body.push('\n');
        }
        self.under_way.pop();
        let number = self.numbers.len();
        self.numbers.insert(path.to_owned(), number);
        let exports = exports.join(", ");
        self.out.push_str(&format!(
            "// {path}\nconst module${number} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"
        ));
        Ok(number)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

/// `{ a, b as c } from "./x.js";` as what stands left of a `=` and the address.
fn import(text: &str) -> Option<(String, &str)> {
    let (names, from) = text.split_once(" from \"")?;
    let from = from.strip_suffix("\";")?;
    if let Some(name) = names.strip_prefix("* as ") {
        return is_name(name).then(|| (name.to_owned(), from));
    }
    let mut parts = Vec::new();
    for name in list(names)? {
        parts.push(match name.split_once(" as ") {
            Some((there, here)) => format!("{there}: {here}"),
            None => name.to_owned(),
        });
    }
    Some((format!("{{ {} }}", parts.join(", ")), from))
}

/// The names of `{ a, b as c }`.
fn list(text: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = text.strip_prefix('{')?.strip_suffix('}')?.split(',').map(str::trim).collect();
    let good = |name: &&str| name.split(" as ").all(is_name) && name.split(" as ").count() <= 2;
    names.iter().all(good).then_some(names)
}

/// What stays of a line after `export `; its names are added. Only what never changes may leave a module: the others
/// get its value once.
fn export<'l>(text: &'l str, exports: &mut Vec<String>) -> Option<&'l str> {
    if let Some(names) = text.strip_suffix(';').and_then(list) {
        // A name that changes on its way out is a form of its own.
        let plain = names.iter().all(|name| is_name(name));
        exports.extend(names.into_iter().map(str::to_owned));
        return plain.then_some("");
    }
    let rest = ["function ", "async function ", "const ", "class "].iter().find_map(|word| text.strip_prefix(word))?;
    let end = rest.find([' ', '(', '='])?;
    let name = rest.get(..end).filter(|name| is_name(name))?;
    exports.push(name.to_owned());
    Some(text)
}

/// A line with the addresses of `import("…")` as seen from the joined file, which lies at the page's root.
fn later(path: &str, line: &str) -> Option<String> {
    const CALL: &str = "import(\"";
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(CALL) {
        let (address, behind) = after.split_once('"')?;
        out.push_str(before);
        out.push_str(CALL);
        out.push_str("./");
        out.push_str(&resolve(path, address)?);
        out.push('"');
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// `../lib/dom.js` as seen from `parts/job.js`.
fn resolve(from: &str, address: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if !address.starts_with("./") && !address.starts_with("../") {
        return None;
    }
    for part in address.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    fn of(files: &[(&str, &'static str)]) -> Result<String, String> {
        let files: Vec<(String, &'static str)> = files.iter().map(|(path, text)| ((*path).to_owned(), *text)).collect();
        join("main.js", &|path| files.iter().find(|(known, _)| known == path).map(|(_, text)| *text))
    }

    #[test]
    fn modules_stand_once_and_after_those_they_need() {
        let joined = of(&[
            ("main.js", "import { b } from \"./parts/b.js\";\nimport * as a from \"./lib/a.js\";\nb(a.one);\n"),
            (
                "parts/b.js",
                "import { one as uno } from \"../lib/a.js\";\nexport function b(x) { return uno + x; }\n\
                 export async function c() { return import(\"../host.js\"); }\n",
            ),
            (
                "lib/a.js",
                "const one = 1;\nexport { one };\nexport const two = 2;\nexport class Three extends Error {\n}\n",
            ),
        ])
        .unwrap();
        assert_eq!(
            joined,
            "// lib/a.js\nconst module$0 = (() => {\nconst one = 1;\n\nconst two = 2;\nclass Three extends Error {\n}\n\
             return { one, two, Three };\n})();\n\
             // parts/b.js\nconst module$1 = (() => {\nconst { one: uno } = module$0;\n\
             function b(x) { return uno + x; }\nasync function c() { return import(\"./host.js\"); }\n\
             return { b, c };\n})();\n\
             // main.js\nconst module$2 = (() => {\nconst { b } = module$1;\nconst a = module$0;\nb(a.one);\n\
             return {  };\n})();\n"
        );
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for text in [
            "import \"./a.js\";",
            "import a from \"./a.js\";",
            "import {",
            "import { a } from \"a.js\";",
            "import { a } from \"../a.js\";",
            "import { a } from './a.js';",
            "import { a } from \"./gone.js\";",
            "import { a } from \"./main.js\";",
            // Its importers would keep the value of the first moment.
            "export let a = 1;",
            "export default 1;",
            "export * from \"./a.js\";",
            "export { a as b };",
            "export const { a } = b;",
            "  const here = import.meta.url;",
            "  import(\"https://example.org/a.js\");",
        ] {
            assert!(of(&[("main.js", text), ("a.js", "export const a = 1;")]).is_err(), "{text}");
        }
        let circle = of(&[("main.js", "import { a } from \"./a.js\";"), ("a.js", "import { b } from \"./main.js\";")]);
        assert_eq!(circle, Err("main.js needs itself: main.js → a.js".to_owned()));
    }
}
