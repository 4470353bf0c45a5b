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

/// The bytes that names are made of here, besides the colon after a prefix.
#[expect(clippy::indexing_slicing, reason = "at compile time, where out of bounds is an error")]
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let bytes = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
    let mut at = 0;
    while at < bytes.len() {
        name[bytes[at] as usize] = true;
        at += 1;
    }
    name
};

/// The tree of `text`, or none if it is not plain.
pub(crate) fn scan(text: &str) -> Option<Tree<'_>> {
    let declared = DECLARATIONS.iter().find(|declaration| text.starts_with(**declaration));
    let mut at = declared.map_or(0, |declaration| declaration.len());
    let mut growing = Growing::new(text);
    let bytes = text.as_bytes();
    // Most documents have neither; then no text has to be looked at for them.
    let special = memchr::memchr2(b'&', b'\r', bytes).is_some();
    while let Some(before) = memchr::memchr(b'<', bytes.get(at..)?) {
        let open = at.checked_add(before)?;
        let ends = bytes.get(open.checked_add(1)?)? == &b'/';
        let is_value = ends && growing.is_leaf();
        if 0 < before {
            let content = text.get(at..open)?;
            if is_value || !is_blank(content) {
                let content = if special { resolve(content)? } else { Cow::Borrowed(content) };
                if is_value { growing.value(content) } else { growing.text(content).ok()? }
            }
        }
        at = if ends { end(&mut growing, bytes, open)? } else { start(&mut growing, text, open)? };
    }
    if is_blank(text.get(at..)?) { growing.grown() } else { None }
}

/// Reads the end tag at `open`, and says where it ends.
fn end(growing: &mut Growing<'_>, bytes: &[u8], open: usize) -> Option<usize> {
    let name = growing.innermost()?.as_bytes();
    let from = open.checked_add(2)?;
    let to = from.checked_add(name.len())?;
    if bytes.get(from..to)? != name || bytes.get(to)? != &b'>' {
        return None;
    }
    growing.leave().ok()?;
    to.checked_add(1)
}

/// How many bytes from `from` on are of a name.
fn name_length(bytes: &[u8], from: usize) -> Option<usize> {
    let named = |b: &u8| NAME.get(usize::from(*b)).copied().unwrap_or_default();
    bytes.get(from..)?.iter().position(|b| !named(b))
}

/// Reads the start tag at `open`, and says where it ends.
fn start<'a>(growing: &mut Growing<'a>, text: &'a str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = open.checked_add(1)?;
    if !bytes.get(from)?.is_ascii_alphabetic() {
        return None;
    }
    let mut to = from.checked_add(name_length(bytes, from)?)?;
    let mut prefix = None;
    if bytes.get(to)? == &b':' {
        let local = to.checked_add(1)?;
        prefix = Some(to.checked_sub(from)?);
        if !bytes.get(local)?.is_ascii_alphabetic() {
            return None;
        }
        to = local.checked_add(name_length(bytes, local)?)?;
    }
    growing.admit().ok()?;
    let name = text.get(from..to)?;
    if bytes.get(to)? == &b'>' {
        growing.push(name, prefix, (Ccy::Absent, false)).ok()?;
        return to.checked_add(1);
    }
    let close = to.checked_add(memchr::memchr(b'>', bytes.get(to..)?)?)?;
    let attributes = text.get(to..close)?;
    let (attributes, empty) = match attributes.strip_suffix('/') {
        Some(attributes) => (attributes, true),
        None => (attributes, false),
    };
    let mut said = (Ccy::Absent, false);
    if !attributes.is_empty() {
        if !are_plain(attributes) {
            return None;
        }
        let content = text.get(from..to.checked_add(attributes.len())?)?;
        said = growing.attributes(&BytesStart::from_content(content, name.len())).ok()?;
    }
    growing.push(name, prefix, said).ok()?;
    if empty {
        growing.leave().ok()?;
    }
    close.checked_add(1)
}

/// Whether these are attributes in double quotes, and all of them: a `>` in quotes would have
/// closed the tag too early.
fn are_plain(attributes: &str) -> bool {
    let quotes = attributes.bytes().filter(|&b| b == b'"').count();
    attributes.starts_with([' ', '\n', '\t'])
        && quotes.is_multiple_of(2)
        && attributes.bytes().all(|b| !matches!(b, b'\'' | b'&' | b'<' | b'\r'))
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
