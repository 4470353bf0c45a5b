//! Bytes to a tree of elements, within limits that hold before anything is allocated for them.
//!
//! The tree is one list in the order of the document and borrows from it: an element costs no
//! allocation of its own, and where it stands follows from the place of its name in the text.

use crate::fault::{MessageFault, Rule};
use crate::scan::scan;
use gcfn_model::Currency;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;
use std::cell::Cell;

/// The most bytes of one message: 4 MiB.
pub const BYTES_MAX: usize = 4 << 20;
/// The deepest nesting of elements.
pub const DEPTH_MAX: usize = 32;
/// The most elements of one message.
pub const ELEMENTS_MAX: usize = 200_000;
/// The most namespace declarations: resolving a prefix walks all that are in scope.
const NAMESPACES_MAX: usize = 256;

/// A whole document: its elements, each before its children.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree<'a> {
    text: &'a str,
    nodes: Vec<Node<'a>>,
    /// The namespaces that occur; the first is none.
    spaces: Vec<&'a str>,
}

#[derive(Debug, PartialEq)]
struct Node<'a> {
    /// The name without prefix.
    name: &'a str,
    text: Cow<'a, str>,
    currency: Ccy,
    space: u16,
    /// The name's place in the list that its parent is read by.
    slot: Cell<u8>,
    /// There is text beside children.
    mixed: bool,
    /// There is an attribute that messages of the network do not have.
    foreign: bool,
    /// The next element that is not inside this one.
    end: u32,
}

/// The `Ccy` attribute, the only one that messages of the network use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ccy {
    Absent,
    Unknown,
    Known(Currency),
}

/// How the version of a message stands to the one that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    Older,
    Same,
    Newer,
}

/// One element of a [`Tree`]: a value or a list of children.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'t> {
    tree: &'t Tree<'t>,
    at: u32,
    edition: Edition,
}

impl<'t> Element<'t> {
    fn node(self) -> &'t Node<'t> {
        self.tree.nodes.get(index(self.at)).expect("a tree only hands out its own elements")
    }

    /// The name without prefix.
    pub(crate) fn name(self) -> &'t str {
        self.node().name
    }

    /// The namespace; empty for none.
    pub(crate) fn namespace(self) -> &'t str {
        let space = usize::from(self.node().space);
        self.tree.spaces.get(space).expect("every namespace is kept")
    }

    /// A number for the namespace, which elements of the same one share.
    pub(crate) fn space(self) -> u16 {
        self.node().space
    }

    /// The text, if there is no child.
    pub(crate) fn text(self) -> &'t str {
        &self.node().text
    }

    /// Whether text and elements are mixed.
    pub(crate) fn is_mixed(self) -> bool {
        let node = self.node();
        node.mixed || (!self.has_children() && !is_blank(&node.text))
    }

    pub(crate) fn has_children(self) -> bool {
        self.at.saturating_add(1) < self.node().end
    }

    /// Whether there is an attribute that messages of the network do not have.
    pub(crate) fn has_foreign_attribute(self) -> bool {
        self.node().foreign
    }

    /// The `Ccy` attribute, if there is one.
    pub(crate) fn currency(self) -> Option<Result<Currency, Rule>> {
        match self.node().currency {
            Ccy::Absent => None,
            Ccy::Unknown => Some(Err(Rule::Currency(gcfn_model::UnknownCurrency))),
            Ccy::Known(currency) => Some(Ok(currency)),
        }
    }

    /// The children in the order of the document.
    pub(crate) fn children(self) -> Children<'t> {
        Children { parent: self, next: self.at.saturating_add(1), end: self.node().end }
    }

    /// The first child.
    pub(crate) fn first(self) -> Option<Element<'t>> {
        self.children().next()
    }

    /// The element after this one and all in it, if it is before `end`.
    pub(crate) fn next_before(self, end: u32) -> Option<Element<'t>> {
        let at = self.node().end;
        (at < end).then_some(Element { at, ..self })
    }

    /// Where this element ends, for [`Element::next_before`].
    pub(crate) fn end(self) -> u32 {
        self.node().end
    }

    pub(crate) fn slot(self) -> u8 {
        self.node().slot.get()
    }

    pub(crate) fn set_slot(self, slot: u8) {
        self.node().slot.set(slot);
    }

    pub(crate) fn edition(self) -> Edition {
        self.edition
    }

    /// The same element, read as of this edition, and all in it.
    pub(crate) fn of_edition(self, edition: Edition) -> Element<'t> {
        Element { edition, ..self }
    }

    /// The byte of the document at which its name stands.
    pub(crate) fn offset(self) -> usize {
        self.name().as_ptr().addr().saturating_sub(self.tree.text.as_ptr().addr())
    }
}

/// See [`Element::children`].
#[derive(Clone, Debug)]
pub(crate) struct Children<'t> {
    parent: Element<'t>,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Element<'t>;
    fn next(&mut self) -> Option<Element<'t>> {
        if self.end <= self.next {
            return None;
        }
        let child = Element { at: self.next, ..self.parent };
        self.next = child.node().end;
        Some(child)
    }
}

impl<'a> Tree<'a> {
    /// Reads a whole document.
    pub(crate) fn parse(text: &'a str) -> Result<Tree<'a>, MessageFault> {
        if BYTES_MAX < text.len() {
            return Err(Rule::TooLarge.into());
        }
        match scan(text) {
            Some(tree) => Ok(tree),
            None => Tree::parse_any(text),
        }
    }

    /// Reads any document, event by event, and says what is wrong with it.
    pub(crate) fn parse_any(text: &'a str) -> Result<Tree<'a>, MessageFault> {
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

    /// The outermost element, and that beside it if the first is a header.
    pub(crate) fn roots(&self) -> (Element<'_>, Option<Element<'_>>) {
        let root = Element { tree: self, at: 0, edition: Edition::Same };
        let all = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        (root, root.next_before(all))
    }
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

pub(crate) fn is_blank(text: &str) -> bool {
    let blank = |b: u8| (b == b' ') | (b == b'\n') | (b == b'\t') | (b == b'\r');
    // Without a way out in the middle this is a few instructions for a whole indentation.
    text.bytes().next().is_none_or(blank) && text.bytes().fold(true, |all, b| all & blank(b))
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
        // A message of the network has an element for each 40 bytes or so.
        let nodes = Vec::with_capacity(text.len().div_euclid(32).min(ELEMENTS_MAX));
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
        self.push(qualified, said)
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

    /// Opens an element whose attributes have been read.
    pub(crate) fn push(&mut self, qualified: &'a str, said: (Ccy, bool)) -> Result<(), Stop> {
        let at = self.tree.nodes.len();
        let (currency, foreign) = said;
        let (name, space) = match qualified.split_once(':') {
            None => (qualified, self.default_space),
            Some((prefix, name)) => (name, self.resolve(prefix)?),
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
