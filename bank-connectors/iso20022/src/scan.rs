//! The short way to a tree, for documents as programs write them: elements, attributes in double
//! quotes, text, XML's five entities.
//!
//! It takes a document or declines it, and never says why: whatever is not plain, or not well
//! formed, is left to the reader of any document. What both read, they read alike.

use crate::grow::{Growing, is_blank, predefined};
use crate::xml::{Ccy, Tree};
use quick_xml::events::BytesStart;
use std::borrow::Cow;

/// The declarations that programs write; all that they can say is UTF-8.
const DECLARATIONS: [&str; 4] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>",
    "<?xml version=\"1.0\"?>",
];

/// The bytes that names are made of here.
#[expect(clippy::indexing_slicing, reason = "at compile time, where out of bounds is an error")]
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let bytes = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-.";
    let mut at = 0;
    while at < bytes.len() {
        name[bytes[at] as usize] = true;
        at += 1;
    }
    name
};

/// The tree of `text`, or none if it is not plain.
pub(crate) fn scan(text: &str) -> Option<Tree<'_>> {
    let declared = DECLARATIONS.iter().find_map(|declaration| text.strip_prefix(declaration));
    let mut rest = declared.unwrap_or(text);
    let mut growing = Growing::new(text);
    // Most documents have neither; then no text has to be looked at for them.
    let special = memchr::memchr2(b'&', b'\r', rest.as_bytes()).is_some();
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        let (before, markup) = rest.split_at_checked(at)?;
        let markup = markup.get(1..)?;
        let end = markup.strip_prefix('/');
        let is_value = end.is_some() && growing.is_leaf();
        if is_value || !is_blank(before) {
            let content = if special { resolve(before)? } else { Cow::Borrowed(before) };
            if is_value { growing.value(content) } else { growing.text(content).ok()? }
        }
        rest = match end {
            Some(end) => {
                let rest = end.strip_prefix(growing.innermost()?)?.strip_prefix('>')?;
                growing.leave().ok()?;
                rest
            }
            None => start(&mut growing, markup)?,
        };
    }
    if is_blank(rest) { growing.grown() } else { None }
}

/// Reads a start tag without its `<`, and says what follows it.
fn start<'a>(growing: &mut Growing<'a>, markup: &'a str) -> Option<&'a str> {
    let end = markup.bytes().position(|b| !NAME.get(usize::from(b)).copied().unwrap_or(false))?;
    let (name, rest) = markup.split_at_checked(end)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    growing.admit().ok()?;
    if let Some(rest) = rest.strip_prefix('>') {
        growing.push(name, (Ccy::Absent, false)).ok()?;
        return Some(rest);
    }
    let close = memchr::memchr(b'>', rest.as_bytes())?;
    let (attributes, rest) = (rest.get(..close)?, rest.get(close.checked_add(1)?..)?);
    let (attributes, empty) = match attributes.strip_suffix('/') {
        Some(attributes) => (attributes, true),
        None => (attributes, false),
    };
    if !attributes.is_empty() && !attributes.starts_with([' ', '\n', '\t']) {
        return None;
    }
    // A `>` in quotes would have closed the tag too early.
    let quotes = attributes.bytes().filter(|&b| b == b'"').count();
    let plain = attributes.bytes().all(|b| !matches!(b, b'\'' | b'&' | b'<' | b'\r'));
    if !plain || !quotes.is_multiple_of(2) {
        return None;
    }
    let mut said = (Ccy::Absent, false);
    if !is_blank(attributes) {
        let content = markup.get(..end.checked_add(attributes.len())?)?;
        said = growing.attributes(&BytesStart::from_content(content, end)).ok()?;
    }
    growing.push(name, said).ok()?;
    if empty {
        growing.leave().ok()?;
    }
    Some(rest)
}

/// The text with entities resolved; none if there are others than XML's five, or line ends that
/// are not plain.
fn resolve(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr2(b'&', b'\r', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut resolved = String::with_capacity(text.len());
    let mut parts = text.split('&');
    resolved.push_str(parts.next()?);
    for part in parts {
        let (name, after) = part.split_once(';')?;
        resolved.push(predefined(name)?);
        resolved.push_str(after);
    }
    (!resolved.contains('\r')).then_some(Cow::Owned(resolved))
}

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::grow::parse_any;

    /// Both readers agree on `text`, where the short way takes it.
    fn agree(text: &str) -> bool {
        let Some(short) = scan(text) else { return false };
        assert_eq!(Some(&short), parse_any(text).ok().as_ref(), "{text}");
        true
    }

    const PLAIN: &str = include_str!("../tests/golden/pacs.008.001.08.xml");

    #[test]
    fn what_programs_write_is_plain() {
        assert!(agree(PLAIN));
        assert!(agree("<a xmlns=\"u\" b=\"1\"><c Ccy=\"EUR\"/><p:d xmlns:p=\"v\"> x </p:d></a>\n"));
        assert!(agree("<AppHdr/><Document>&amp;</Document>"));
    }

    #[test]
    fn what_is_not_plain_is_declined() {
        for text in [
            "",
            "a",
            "<a>",
            "<a></b>",
            "<a></a >",
            "<a/>b",
            "<a/><b/>",
            "<a b='1'/>",
            "<a b=\">\"/>",
            "<a b=\"1\" b=\"2\"/>",
            "<a b/>",
            "<p:a/>",
            "<a>&b;</a>",
            "<a>&#65;</a>",
            "<a>&</a>",
            "<a>\r</a>",
            "<!-- c --><a/>",
            "<a><![CDATA[b]]></a>",
            "<!DOCTYPE a><a/>",
            "<?xml version=\"1.0\" encoding=\"latin1\"?><a/>",
            "<1/>",
            "< a/>",
        ] {
            assert!(scan(text).is_none(), "{text}");
        }
    }

    #[test]
    fn both_readers_agree_on_a_document_with_any_byte_changed() {
        let plain = "<?xml version=\"1.0\"?>\n<e:M xmlns:e=\"u\" a=\"1\">\n <AppHdr xmlns=\"h\"/>\n \
                     <Document xmlns=\"d\"><A Ccy=\"EUR\">1.50</A>\n<B>x &amp; y</B><C> </C></Document>\
                     </e:M>\n";
        assert!(agree(plain));
        let changes = ["<", ">", "/", "&", ";", "\"", "'", " ", "\n", "\r", ":", "!", "?", "x", ""];
        let mut taken = 0;
        for at in 0..plain.len() {
            let (before, after) = (&plain[..at], &plain[at + 1..]);
            let changed = changes.iter().map(|with| format!("{before}{with}{after}"));
            taken += changed.filter(|text| agree(text)).count();
        }
        assert!(100 < taken, "texts may change");
    }
}
