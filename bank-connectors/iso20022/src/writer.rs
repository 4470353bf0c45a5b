//! Writing elements: the same terms always give the same bytes.

use crate::value::Money;
use quick_xml::escape::escape;
use std::fmt::{Display, Write};

/// Indented UTF-8 XML, built in memory.
pub(crate) struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    pub(crate) fn new() -> Writer {
        Writer { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0 }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// An element with children; `attributes` are written as given, with a leading space.
    pub(crate) fn root(&mut self, name: &str, attributes: &str, body: impl FnOnce(&mut Writer)) {
        self.line(format_args!("<{name}{attributes}>"));
        self.depth = self.depth.saturating_add(1);
        body(self);
        self.depth = self.depth.saturating_sub(1);
        self.line(format_args!("</{name}>"));
    }

    /// An element with children.
    pub(crate) fn nest(&mut self, name: &str, body: impl FnOnce(&mut Writer)) {
        self.root(name, "", body);
    }

    /// An element with a value.
    pub(crate) fn leaf(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        self.line(format_args!("<{name}>{}</{name}>", escape(value.as_str())));
    }

    /// An element with a value, if there is one.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&impl Display>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    /// An amount with its currency.
    pub(crate) fn money(&mut self, name: &str, money: Money) {
        let Money { amount, currency } = money;
        let decimal = amount.decimal(currency);
        self.line(format_args!("<{name} Ccy=\"{currency}\">{decimal}</{name}>"));
    }

    /// An amount with its currency, if there is one.
    pub(crate) fn optional_money(&mut self, name: &str, money: Option<Money>) {
        if let Some(money) = money {
            self.money(name, money);
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let indent = self.depth.saturating_mul(2);
        writeln!(self.out, "{:indent$}{line}", "").expect("a String takes every write");
    }
}
