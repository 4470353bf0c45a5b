//! Bytes to a tree of elements, within limits that hold before anything is allocated for them.
//!
//! The tree is one list in the order of the document and borrows from it: an element costs no
//! allocation of its own, and where it stands follows from the place of its name in the text.

use crate::fault::{MessageFault, Rule};
use crate::grow::{is_blank, parse_any};
use crate::scan::scan;
use gcfn_model::Currency;
use std::borrow::Cow;
use std::cell::Cell;

/// The most bytes of one message: 4 MiB.
pub const BYTES_MAX: usize = 4 << 20;
/// The deepest nesting of elements.
pub const DEPTH_MAX: usize = 32;
/// The most elements of one message.
pub const ELEMENTS_MAX: usize = 200_000;
/// The most namespace declarations: resolving a prefix walks all that are in scope.
pub(crate) const NAMESPACES_MAX: usize = 256;

/// A whole document: its elements, each before its children.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree<'a> {
    pub(crate) text: &'a str,
    pub(crate) nodes: Vec<Node<'a>>,
    /// The namespaces that occur; the first is none.
    pub(crate) spaces: Vec<&'a str>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Node<'a> {
    /// The name without prefix.
    pub(crate) name: &'a str,
    pub(crate) text: Cow<'a, str>,
    pub(crate) currency: Ccy,
    pub(crate) space: u16,
    /// The name's place in the list that its parent is read by.
    pub(crate) slot: Cell<u8>,
    /// There is text beside children.
    pub(crate) mixed: bool,
    /// There is an attribute that messages of the network do not have.
    pub(crate) foreign: bool,
    /// The next element that is not inside this one.
    pub(crate) end: u32,
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
            None => parse_any(text),
        }
    }

    /// The outermost element, and that beside it if the first is a header.
    pub(crate) fn roots(&self) -> (Element<'_>, Option<Element<'_>>) {
        let root = Element { tree: self, at: 0, edition: Edition::Same };
        let all = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        (root, root.next_before(all))
    }
}

pub(crate) fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
