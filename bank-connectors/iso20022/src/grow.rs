//! Growing a tree: from the events of a reader that takes any document, or piece by piece.

use crate::fault::{MessageFault, Rule};
use crate::xml::{Ccy, DEPTH_MAX, ELEMENTS_MAX, NAMESPACES_MAX, Node, Tree, index};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;
use std::cell::Cell;

/// Reads any document, event by event, and says what is wrong with it.
pub(crate) fn parse_any<'a>(text: &'a str) -> Result<Tree<'a>, MessageFault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut growing = Growing::new(text);
    match growing.grow(&mut reader) {
        Ok(()) => Ok(growing.tree),
        Err(Stop::Rule(rule)) => Err(MessageFault::at(rule, offset(reader.buffer_position()))),
        Err(Stop::Syntax) => {
            // The reader has no position of faults that it does not look for itself.
            let at = match reader.error_position() {
                0 => reader.buffer_position(),
                at => at,
            };
            Err(MessageFault::at(Rule::Malformed, offset(at)))
        }
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Why the tree stops growing.
pub(crate) enum Stop {
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

/// A tree that is not whole yet.
pub(crate) struct Growing<'a> {
    tree: Tree<'a>,
    /// The open elements, and their names with prefixes.
    open: Vec<(u32, &'a str)>,
    /// The namespace bindings in scope: the depth of the element that makes them, and what.
    bindings: Vec<(usize, &'a str, u16)>,
    /// The namespace of elements without a prefix.
    default_space: u16,
    declared: usize,
}

impl<'a> Growing<'a> {
    pub(crate) fn new(text: &'a str) -> Growing<'a> {
        // A message of the network has an element for each 25 to 40 bytes.
        let nodes = Vec::with_capacity(text.len().div_euclid(24).min(ELEMENTS_MAX));
        Growing {
            tree: Tree { text, nodes, spaces: vec![""] },
            open: Vec::with_capacity(DEPTH_MAX),
            bindings: Vec::new(),
            default_space: 0,
            declared: 0,
        }
    }

    fn grow(&mut self, reader: &mut Reader<&'a [u8]>) -> Result<(), Stop> {
        loop {
            match reader.read_event()? {
                Event::Text(text) => self.text(text.into_inner())?,
                Event::Start(start) => self.enter(&start)?,
                Event::End(_) => self.leave()?,
                Event::Empty(start) => {
                    self.enter(&start)?;
                    self.leave()?;
                }
                Event::CData(text) => self.text(text.into_inner())?,
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref()? {
                        Some(c) => c,
                        None => predefined(&reference.xml10_content()).ok_or(Rule::Entity)?,
                    };
                    self.text(Cow::Owned(resolved.to_string()))?;
                }
                Event::DocType(_) => return Err(Rule::Doctype.into()),
                Event::Decl(declaration) => {
                    if let Some(encoding) = declaration.encoding()
                        && !encoding?.eq_ignore_ascii_case("utf-8")
                    {
                        return Err(Rule::NotUtf8.into());
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if self.open.is_empty() && !self.tree.nodes.is_empty() => return Ok(()),
                Event::Eof => return Err(Stop::Syntax),
            }
        }
    }

    fn enter(&mut self, start: &BytesStart<'_>) -> Result<(), Stop> {
        self.admit()?;
        let mut said = (Ccy::Absent, false);
        if !start.attributes_raw().is_empty() {
            said = self.attributes(start)?;
        }
        let qualified = self.own(start.name().0)?;
        self.push(qualified, qualified.find(':'), said)
    }

    /// Whether there may be one more element here.
    pub(crate) fn admit(&mut self) -> Result<(), Stop> {
        let at = self.tree.nodes.len();
        if ELEMENTS_MAX <= at {
            return Err(Rule::TooManyElements.into());
        }
        if DEPTH_MAX <= self.open.len() {
            return Err(Rule::TooDeep.into());
        }
        self.embrace()
    }

    /// Opens an element whose attributes have been read; `prefix` is where its prefix ends.
    pub(crate) fn push(
        &mut self,
        qualified: &'a str,
        prefix: Option<usize>,
        said: (Ccy, bool),
    ) -> Result<(), Stop> {
        let at = self.tree.nodes.len();
        let (currency, foreign) = said;
        let (name, space) = match prefix.and_then(|end| qualified.split_at_checked(end)) {
            None => (qualified, self.default_space),
            Some((prefix, name)) => (name.strip_prefix(':').unwrap_or(name), self.resolve(prefix)?),
        };
        let at = u32::try_from(at).map_err(|_| Rule::TooManyElements)?;
        let (text, slot) = (Cow::Borrowed(""), Cell::new(0));
        let (mixed, end) = (false, at.saturating_add(1));
        let node = Node { name, text, currency, space, slot, mixed, foreign, end };
        self.tree.nodes.push(node);
        self.open.push((at, qualified));
        Ok(())
    }

    /// Whether the innermost open element has neither children nor text so far.
    pub(crate) fn is_leaf(&self) -> bool {
        let last = self.tree.nodes.last();
        let Some(&(at, _)) = self.open.last() else { return false };
        index(at).saturating_add(1) == self.tree.nodes.len()
            && last.is_some_and(|node| node.text.is_empty())
    }

    /// Gives a leaf its value, which has plain line ends.
    pub(crate) fn value(&mut self, value: Cow<'a, str>) {
        if let Some(node) = self.parent() {
            node.text = value;
        }
    }

    /// The name of the innermost open element, with its prefix.
    pub(crate) fn innermost(&self) -> Option<&'a str> {
        self.open.last().map(|&(_, qualified)| qualified)
    }

    /// The tree, if every element of it is closed.
    pub(crate) fn grown(self) -> Option<Tree<'a>> {
        (self.open.is_empty() && !self.tree.nodes.is_empty()).then_some(self.tree)
    }

    /// Makes ready for another child: what was text of the parent so far is text beside it.
    fn embrace(&mut self) -> Result<(), Stop> {
        if let Some(parent) = self.parent() {
            if !parent.text.is_empty() {
                parent.mixed |= !is_blank(&parent.text);
                parent.text = Cow::Borrowed("");
            }
            return Ok(());
        }
        // A header may stand beside its document; nothing else may stand beside anything.
        match self.tree.nodes.first() {
            None => Ok(()),
            Some(first) if first.name == "AppHdr" && index(first.end) == self.tree.nodes.len() => {
                Ok(())
            }
            Some(_) => Err(Rule::SecondRoot.into()),
        }
    }

    fn parent(&mut self) -> Option<&mut Node<'a>> {
        let &(at, _) = self.open.last()?;
        self.tree.nodes.get_mut(index(at))
    }

    pub(crate) fn attributes(&mut self, start: &BytesStart<'_>) -> Result<(Ccy, bool), Stop> {
        let (mut currency, mut foreign) = (Ccy::Absent, false);
        for attribute in start.attributes() {
            let attribute = attribute?;
            let key = attribute.key.0;
            if key == "Ccy" {
                currency = attribute.value.parse().map_or(Ccy::Unknown, Ccy::Known);
            } else if key == "xmlns" || key.starts_with("xmlns:") {
                let prefix = self.own(key.strip_prefix("xmlns").unwrap_or_default())?;
                let prefix = prefix.strip_prefix(':').unwrap_or_default();
                let Cow::Borrowed(name) = attribute.value else { return Err(Stop::Syntax) };
                let name = self.own(name)?;
                self.bind(prefix, name)?;
            } else {
                // Those of other namespaces, such as xsi:schemaLocation, are for tools.
                foreign |= !key.contains(':');
            }
        }
        Ok((currency, foreign))
    }

    fn bind(&mut self, prefix: &'a str, name: &'a str) -> Result<(), Stop> {
        self.declared = self.declared.saturating_add(1);
        if NAMESPACES_MAX < self.declared {
            return Err(Rule::TooManyNamespaces.into());
        }
        let known = self.tree.spaces.iter().position(|&space| space == name);
        let space = known.unwrap_or_else(|| {
            self.tree.spaces.push(name);
            self.tree.spaces.len().saturating_sub(1)
        });
        let space = u16::try_from(space).map_err(|_| Rule::TooManyNamespaces)?;
        self.bindings.push((self.open.len(), prefix, space));
        if prefix.is_empty() {
            self.default_space = space;
        }
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<u16, Stop> {
        let mut bindings = self.bindings.iter().rev();
        let found = bindings.find(|(_, bound, _)| *bound == prefix && !prefix.is_empty());
        found.map(|&(_, _, space)| space).ok_or(Stop::Syntax)
    }

    pub(crate) fn leave(&mut self) -> Result<(), Stop> {
        let end = u32::try_from(self.tree.nodes.len()).map_err(|_| Rule::TooManyElements)?;
        self.parent().ok_or(Stop::Syntax)?.end = end;
        self.open.pop();
        let depth = self.open.len();
        if self.bindings.last().is_some_and(|&(made_at, ..)| depth <= made_at) {
            self.bindings.retain(|&(made_at, ..)| made_at < depth);
            let default = self.bindings.iter().rev().find(|(_, prefix, _)| prefix.is_empty());
            self.default_space = default.map_or(0, |&(_, _, space)| space);
        }
        Ok(())
    }

    pub(crate) fn text(&mut self, text: Cow<'a, str>) -> Result<(), Stop> {
        let all = self.tree.nodes.len();
        let at = match self.open.last() {
            Some(&(at, _)) => at,
            None if is_blank(&text) => return Ok(()),
            None => return Err(Stop::Syntax),
        };
        let has_children = index(at).saturating_add(1) < all;
        let node = self.parent().ok_or(Stop::Syntax)?;
        if has_children {
            node.mixed |= !is_blank(&text);
            return Ok(());
        }
        let text = if text.contains('\r') { unix_lines(&text).into() } else { text };
        if node.text.is_empty() {
            node.text = text;
        } else {
            node.text.to_mut().push_str(&text);
        }
        Ok(())
    }

    /// The same text as a part of the document.
    fn own(&self, part: &str) -> Result<&'a str, Stop> {
        let from = part.as_ptr().addr().saturating_sub(self.tree.text.as_ptr().addr());
        let own = self.tree.text.get(from..from.saturating_add(part.len()));
        own.ok_or(Stop::Syntax)
    }
}

/// XML's own rule for the ends of lines.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The five entities that XML itself defines.
pub(crate) fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Whether there is only white space in `text`.
pub(crate) fn is_blank(text: &str) -> bool {
    let blank = |b: u8| (b == b' ') | (b == b'\n') | (b == b'\t') | (b == b'\r');
    // Without a way out in the middle this is a few instructions for a whole indentation.
    text.bytes().next().is_none_or(blank) && text.bytes().fold(true, |all, b| all & blank(b))
}
