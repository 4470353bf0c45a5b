//! Bytes to a tree of elements, within limits that hold before anything is allocated for them.

use crate::fault::{MessageFault, Rule};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The most bytes of one message: 4 MiB.
pub const BYTES_MAX: usize = 4 << 20;
/// The deepest nesting of elements.
pub const DEPTH_MAX: usize = 32;
/// The most elements of one message.
pub const ELEMENTS_MAX: usize = 200_000;
/// The most namespace declarations: resolving a prefix walks all that are in scope.
const NAMESPACES_MAX: usize = 256;

/// One element: a value or a list of children.
#[derive(Debug)]
pub(crate) struct Element {
    /// The name without prefix.
    pub(crate) name: String,
    /// The namespace; empty for none.
    pub(crate) namespace: String,
    /// The `Ccy` attribute, the only one that messages of the network use.
    pub(crate) currency: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// Reads a whole document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, MessageFault> {
    if BYTES_MAX < bytes.len() {
        return Err(Rule::TooLarge.into());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Rule::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if NAMESPACES_MAX < text.matches("xmlns").count() {
        return Err(Rule::TooManyNamespaces.into());
    }
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.enable_all_checks(true);
    config.expand_empty_elements = true;
    Tree::default().grow(&mut reader).map_err(|rule| match rule {
        Stop::Rule(rule) => rule.into(),
        Stop::Syntax => Rule::Malformed { at: reader.error_position() }.into(),
    })
}

/// Why the tree stops growing.
enum Stop {
    Rule(Rule),
    Syntax,
}

impl From<Rule> for Stop {
    fn from(rule: Rule) -> Stop {
        Stop::Rule(rule)
    }
}

impl<E: Into<quick_xml::Error>> From<E> for Stop {
    fn from(_: E) -> Stop {
        Stop::Syntax
    }
}

#[derive(Default)]
struct Tree {
    root: Option<Element>,
    open: Vec<Element>,
    count: usize,
}

impl Tree {
    fn grow(mut self, reader: &mut NsReader<&[u8]>) -> Result<Element, Stop> {
        loop {
            let (namespace, event) = reader.read_resolved_event()?;
            match event {
                Event::Start(start) => {
                    let namespace = match namespace {
                        ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
                        ResolveResult::Unbound => String::new(),
                        ResolveResult::Unknown(_) => return Err(Stop::Syntax),
                    };
                    self.enter(&start, namespace)?;
                }
                Event::End(_) => self.leave()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref()? {
                        Some(c) => c,
                        None => predefined(&reference.xml10_content()).ok_or(Rule::Entity)?,
                    };
                    self.text(resolved.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => return Err(Rule::Doctype.into()),
                Event::Decl(declaration) => {
                    if let Some(encoding) = declaration.encoding()
                        && !encoding?.eq_ignore_ascii_case("utf-8")
                    {
                        return Err(Rule::NotUtf8.into());
                    }
                }
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
                Event::Eof => return self.root.ok_or(Stop::Syntax),
            }
        }
    }

    fn enter(&mut self, start: &BytesStart<'_>, namespace: String) -> Result<(), Stop> {
        self.count = self.count.saturating_add(1);
        if ELEMENTS_MAX < self.count {
            return Err(Rule::TooManyElements.into());
        }
        if DEPTH_MAX <= self.open.len() {
            return Err(Rule::TooDeep.into());
        }
        if self.root.is_some() {
            return Err(Rule::SecondRoot.into());
        }
        let mut currency = None;
        for attribute in start.attributes() {
            let attribute = attribute?;
            if attribute.key.as_ref() == "Ccy" {
                currency = Some(attribute.value.into_owned());
            }
        }
        let name = start.local_name().as_ref().to_owned();
        let (text, children) = (String::new(), Vec::new());
        self.open.push(Element { name, namespace, currency, text, children });
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Stop> {
        let element = self.open.pop().ok_or(Stop::Syntax)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(Stop::Syntax),
        }
        Ok(())
    }
}

/// The five entities that XML itself defines.
fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
