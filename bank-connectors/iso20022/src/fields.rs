//! Reading one aggregate: its children by name, in the order of the schema.

use crate::fault::{MessageFault, Rule};
use crate::value::{Money, parse_date, parse_time};
use crate::xml::Element;
use gcfn_model::{Amount, BusinessDate, Currency, Timestamp};
use std::str::FromStr;

type Read<T> = Result<T, MessageFault>;

/// The children of one element, known to be in schema order.
pub(crate) struct Fields<'a> {
    children: &'a [Element],
}

impl Element {
    /// The children, which must all be in this element's namespace, be named in `order`, and
    /// come in that order. `order` lists everything that the schema allows, used or not.
    pub(crate) fn fields(&self, order: &[&str]) -> Read<Fields<'_>> {
        self.fields_in(&self.namespace, order)
    }

    /// The same with the children in `namespace`.
    pub(crate) fn fields_in(&self, namespace: &str, order: &[&str]) -> Read<Fields<'_>> {
        if !self.text.trim().is_empty() {
            return Err(Rule::Mixed.into());
        }
        let mut reached = 0;
        for child in &self.children {
            let place = order.iter().position(|&name| name == child.name);
            let rule = match place {
                Some(place) if child.namespace == namespace && reached <= place => {
                    reached = place;
                    continue;
                }
                Some(_) if child.namespace == namespace => Rule::OutOfOrder,
                _ => Rule::UnknownElement,
            };
            return Err(MessageFault::from(rule).within(&child.name));
        }
        Ok(Fields { children: &self.children })
    }

    /// The one child of a choice between the elements named in `alternatives`.
    pub(crate) fn choice(&self, alternatives: &[&str]) -> Read<&Element> {
        match self.fields(alternatives)?.children {
            [only] => Ok(only),
            _ => Err(Rule::Choice.into()),
        }
    }

    /// The value of an element without children.
    pub(crate) fn value(&self) -> Read<&str> {
        if self.children.is_empty() { Ok(&self.text) } else { Err(Rule::Mixed.into()) }
    }

    /// The value as `T`.
    pub(crate) fn parse<T: FromStr<Err: Into<Rule>>>(&self) -> Read<T> {
        self.value()?.parse().map_err(|fault: T::Err| fault.into().into())
    }

    /// An amount with its `Ccy`.
    pub(crate) fn money(&self) -> Read<Money> {
        let code = self.currency.as_deref().ok_or(Rule::MissingAttribute("Ccy"))?;
        let currency: Currency = code.parse().map_err(Rule::from)?;
        let amount = Amount::parse(self.value()?, currency).map_err(Rule::from)?;
        Ok(Money { amount, currency })
    }

    /// `ISODate`.
    pub(crate) fn date(&self) -> Read<BusinessDate> {
        Ok(parse_date(self.value()?).map_err(Rule::from)?)
    }

    /// `ISODateTime`.
    pub(crate) fn time(&self) -> Read<Timestamp> {
        Ok(parse_time(self.value()?).map_err(Rule::from)?)
    }

    /// `DateAndDateTimeChoice`: the date, as written at the place of the writer.
    pub(crate) fn date_choice(&self) -> Read<BusinessDate> {
        let child = self.choice(&["Dt", "DtTm"])?;
        if child.name == "Dt" {
            return child.date().map_err(|fault| fault.within("Dt"));
        }
        child.time().map_err(|fault| fault.within("DtTm"))?;
        let written = child.text.get(..10).unwrap_or_default();
        Ok(written.parse().map_err(Rule::from)?)
    }
}

impl<'a> Fields<'a> {
    /// Every child `name`, read by `read`.
    pub(crate) fn many<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Element) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.children
            .iter()
            .filter(|child| child.name == name)
            .map(|child| read(child).map_err(|fault| fault.within(name)))
            .collect()
    }

    /// The child `name`, if there is one.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Element) -> Read<T>,
    ) -> Read<Option<T>> {
        let mut found = self.many(name, Ok)?.into_iter();
        let first = found.next();
        if found.next().is_some() {
            return Err(MessageFault::from(Rule::Repeated).within(name));
        }
        first.map(|child| read(child).map_err(|fault| fault.within(name))).transpose()
    }

    /// The child `name`, which must be there.
    pub(crate) fn required<T>(&self, name: &str, read: impl Fn(&'a Element) -> Read<T>) -> Read<T> {
        self.optional(name, read)?.ok_or_else(|| MessageFault::from(Rule::Missing).within(name))
    }

    /// One or more children `name`.
    pub(crate) fn some<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Element) -> Read<T>,
    ) -> Read<Vec<T>> {
        let found = self.many(name, read)?;
        if found.is_empty() {
            return Err(MessageFault::from(Rule::Missing).within(name));
        }
        Ok(found)
    }
}
