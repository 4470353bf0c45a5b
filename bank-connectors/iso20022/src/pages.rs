//! A statement that is too large to be read at once, read page by page.
//!
//! Where its entries begin and end is found in one pass over the bytes, without a tree. Each page
//! is then the message without entries and some of its entries, and is read like any message: the
//! same rules hold, and no more is in memory than the bytes, an offset for each entry and a page.

use crate::envelope::{BusinessMessage, Document, inspect_text};
use crate::fault::{MessageFault, Rule};
use crate::xml::{BYTES_MAX, DEPTH_MAX};
use std::ops::Range;

/// The most entries of a page.
const ENTRIES_MAX: usize = 2_000;
/// A page is full with so many bytes of entries.
const PAGE_BYTES: usize = 512 << 10;

/// A part of a large statement or notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// The message, with one account and some of its entries.
    pub message: BusinessMessage,
    /// How many pages of the same account come before it.
    pub before: u32,
    /// Whether it is the last of the account.
    pub last: bool,
}

/// The pages of one message: see [`pages`].
#[derive(Debug)]
pub struct Pages<'a> {
    text: &'a str,
    /// The entries of each account.
    accounts: Vec<Vec<Entry>>,
    account: usize,
    /// How many entries of the account were read, on how many pages.
    done: usize,
    before: u32,
}

/// Where an entry stands: with all that is between it and the one before, so that nothing is
/// left unread.
#[derive(Clone, Copy, Debug)]
struct Entry {
    from: usize,
    /// Where its own tag begins.
    start: usize,
    end: usize,
}

impl Entry {
    const fn range(self) -> Range<usize> {
        self.from..self.end
    }
}

/// The pages of a camt.053 or camt.054, whatever its size.
///
/// # Errors
/// [`MessageFault`] when it is not plain XML, or [`Rule::TooLarge`] when it is another message of
/// more than [`BYTES_MAX`].
pub fn pages(bytes: &[u8]) -> Result<Pages<'_>, MessageFault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|fault| MessageFault::at(Rule::NotUtf8, fault.valid_up_to()).placed(bytes))?;
    let mut outline = Outline { text, at: 0, open: Vec::new(), accounts: Vec::new(), entry: None };
    match outline.walk() {
        Ok(()) if outline.accounts.is_empty() => Err(Rule::TooLarge.into()),
        Ok(()) => {
            let accounts = outline.accounts;
            Ok(Pages { text, accounts, account: 0, done: 0, before: 0 })
        }
        Err(rule) => Err(MessageFault::at(rule, outline.at).placed(bytes)),
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<MessagePage, MessageFault>;

    fn next(&mut self) -> Option<Result<MessagePage, MessageFault>> {
        let entries = self.accounts.get(self.account)?;
        let rest = entries.get(self.done..).unwrap_or_default();
        let (mut bytes, mut count) = (0usize, 0usize);
        let fits = rest.iter().take_while(|entry| {
            let full = ENTRIES_MAX <= count || PAGE_BYTES <= bytes;
            (bytes, count) = (bytes.saturating_add(entry.range().len()), count.saturating_add(1));
            // What is between two entries is judged where both are seen.
            !full || !self.is_alone(**entry)
        });
        let chosen = rest.get(..fits.count()).unwrap_or_default();
        let read = self.read(chosen);
        let (account, before) = (self.account, self.before);
        self.done = self.done.saturating_add(chosen.len());
        self.before = self.before.saturating_add(1);
        let last = entries.len() <= self.done;
        if last {
            (self.account, self.done, self.before) = (account.saturating_add(1), 0, 0);
        }
        if read.is_err() {
            self.accounts.clear();
        }
        Some(read.map(|message| MessagePage { message: alone(message, account), before, last }))
    }
}

impl Pages<'_> {
    /// Whether nothing but space, comments and instructions to others is before an entry.
    fn is_alone(&self, entry: Entry) -> bool {
        let mut before = self.text.get(entry.from..entry.start).unwrap_or_default();
        loop {
            before = before.trim_ascii_start();
            let ends = [("<!--", "-->"), ("<?", "?>")].into_iter();
            let skipped = ends.filter(|(begin, _)| before.starts_with(begin));
            match skipped.filter_map(|(_, end)| before.split_once(end)).next() {
                Some((_, rest)) => before = rest,
                None => return before.is_empty(),
            }
        }
    }

    /// Reads the message with no entries but the `chosen` ones.
    fn read(&self, chosen: &[Entry]) -> Result<BusinessMessage, MessageFault> {
        let mut page = String::with_capacity(PAGE_BYTES.saturating_mul(2));
        // Where each piece of the page stands in it and in the message.
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        let mut push = |piece: Range<usize>| {
            pieces.push((page.len(), piece.start));
            page.push_str(self.text.get(piece).unwrap_or_default());
        };
        let mut from = 0;
        for entries in &self.accounts {
            let (Some(first), Some(last)) = (entries.first(), entries.last()) else { continue };
            push(from..first.start);
            if chosen
                .first()
                .is_some_and(|entry| first.start <= entry.start && entry.end <= last.end)
            {
                chosen.iter().map(|entry| entry.range()).for_each(&mut push);
            }
            from = last.end;
        }
        push(from..self.text.len());
        if BYTES_MAX < page.len() {
            return Err(Rule::TooLarge.into());
        }
        let read = inspect_text(&page).map(|inspected| inspected.message);
        read.map_err(|fault| {
            let there = |offset: usize| {
                let piece = pieces.iter().rev().find(|(of_page, _)| *of_page <= offset);
                piece.map_or(offset, |(of_page, of_text)| {
                    offset.saturating_sub(*of_page).saturating_add(*of_text)
                })
            };
            fault.moved(there).placed(self.text.as_bytes())
        })
    }
}

/// The message with its account number `account` alone.
fn alone(mut message: BusinessMessage, account: usize) -> BusinessMessage {
    fn only<T>(list: &mut Vec<T>, account: usize) {
        let chosen = core::mem::take(list).into_iter().nth(account);
        list.extend(chosen);
    }
    match &mut message.document {
        Document::Statements(statements) => only(&mut statements.statements, account),
        Document::Notifications(notifications) => only(&mut notifications.notifications, account),
        _ => {}
    }
    message
}

/// Finds the entries of each account.
struct Outline<'a> {
    text: &'a str,
    at: usize,
    /// The names of the open elements, without prefix.
    open: Vec<&'a str>,
    accounts: Vec<Vec<Entry>>,
    /// Where the entry began that is open, and how deep it is.
    entry: Option<(usize, usize)>,
}

impl<'a> Outline<'a> {
    fn walk(&mut self) -> Result<(), Rule> {
        while let Some(open) = self.find(self.at, "<") {
            self.at = open;
            let rest = self.text.get(open..).unwrap_or_default();
            if rest.starts_with("<?") {
                self.at = self.after(open, "?>")?;
            } else if rest.starts_with("<!--") {
                self.at = self.after(open, "-->")?;
            } else if rest.starts_with("<![CDATA[") {
                self.at = self.after(open, "]]>")?;
            } else if rest.starts_with("<!") {
                return Err(Rule::Doctype);
            } else if rest.starts_with("</") {
                self.at = self.after(open, ">")?;
                self.leave()?;
            } else {
                self.enter(open)?;
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err(Rule::Malformed) }
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        let found = memchr::memmem::find(self.text.as_bytes().get(from..)?, what.as_bytes())?;
        from.checked_add(found)
    }

    fn after(&self, from: usize, what: &str) -> Result<usize, Rule> {
        let found = self.find(from, what).ok_or(Rule::Malformed)?;
        Ok(found.saturating_add(what.len()))
    }

    fn leave(&mut self) -> Result<(), Rule> {
        self.open.pop().ok_or(Rule::Malformed)?;
        if let Some((start, _)) = self.entry.filter(|(_, depth)| *depth == self.open.len()) {
            self.entry = None;
            let entries = self.accounts.last_mut().ok_or(Rule::Malformed)?;
            let from = entries.last().map_or(start, |before| before.end);
            entries.push(Entry { from, start, end: self.at });
        }
        Ok(())
    }

    fn enter(&mut self, open: usize) -> Result<(), Rule> {
        let end = self.end_of_tag(open).ok_or(Rule::Malformed)?;
        let tag = self.text.get(open.saturating_add(1)..end).ok_or(Rule::Malformed)?;
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
        if DEPTH_MAX <= self.open.len() {
            return Err(Rule::TooDeep);
        }
        let parent = self.open.last().copied();
        match (parent, name) {
            (Some("BkToCstmrStmt"), "Stmt") | (Some("BkToCstmrDbtCdtNtfctn"), "Ntfctn") => {
                self.accounts.push(Vec::new());
            }
            (Some("Stmt" | "Ntfctn"), "Ntry") if self.entry.is_none() => {
                self.entry = Some((open, self.open.len()));
            }
            _ => {}
        }
        self.open.push(name);
        self.at = end.saturating_add(1);
        if empty { self.leave() } else { Ok(()) }
    }

    /// Where the tag at `open` ends: at the first `>` that is not in quotes.
    fn end_of_tag(&self, open: usize) -> Option<usize> {
        let mut quote = None;
        let bytes = self.text.as_bytes().get(open..)?;
        let end = bytes.iter().position(|&byte| match (quote, byte) {
            (None, b'>') => true,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                false
            }
            (Some(open), byte) if open == byte => {
                quote = None;
                false
            }
            _ => false,
        })?;
        open.checked_add(end)
    }
}
