//! Reading one aggregate: its children by name, in the order of the schema.

use crate::fault::{MessageFault, Rule};
use crate::value::{Money, parse_date, parse_time};
use crate::xml::{Edition, Element};
use gcfn_model::{Amount, BusinessDate, Timestamp};
use std::cell::Cell;
use std::str::FromStr;

pub(crate) type Read<T> = Result<T, MessageFault>;

/// The names that an aggregate may have, in the order of the schema, used or not.
///
/// A name after `+` is one of versions newer than the one that is written; after `-`, of older
/// ones.
pub(crate) type Order = &'static [&'static str];

/// The children of one element, known to be in schema order.
pub(crate) struct Fields<'t> {
    element: Element<'t>,
    order: Order,
    /// Where the last search ended, in the order and among the children: fields are mostly asked
    /// for in the order in which they come.
    hint: Cell<(usize, Option<Element<'t>>)>,
}

/// Whether `entry` of an order is `name` in this edition.
fn is_named(entry: &str, name: &str, edition: Edition) -> bool {
    if same(entry, name) {
        return true;
    }
    match entry.as_bytes().first() {
        Some(b'+') => edition == Edition::Newer && entry.get(1..) == Some(name),
        Some(b'-') => edition == Edition::Older && entry.get(1..) == Some(name),
        _ => false,
    }
}

/// Equality that mostly ends at the length or the first letter.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.as_bytes().first() == b.as_bytes().first() && a == b
}

impl<'t> Element<'t> {
    /// The children, which must all be in this element's namespace, be named in `order`, and
    /// come in that order.
    pub(crate) fn fields(self, order: Order) -> Read<Fields<'t>> {
        self.fields_in(self.space(), order)
    }

    /// The same with the children in the namespace `space`.
    pub(crate) fn fields_in(self, space: u16, order: Order) -> Read<Fields<'t>> {
        if self.is_mixed() {
            return Err(Rule::Mixed.into());
        }
        if self.has_foreign_attribute() || self.currency().is_some() {
            return Err(Rule::UnknownAttribute.into());
        }
        let mut reached = 0;
        for child in self.children() {
            let (name, edition) = (child.name(), self.edition());
            let rest = order.get(reached..).unwrap_or_default();
            match rest.iter().position(|entry| is_named(entry, name, edition)) {
                Some(further) if child.space() == space => {
                    reached = reached.saturating_add(further);
                    child.set_slot(u8::try_from(reached).unwrap_or(u8::MAX));
                }
                further => {
                    let known = || order.iter().any(|entry| is_named(entry, name, edition));
                    let rule = match further {
                        Some(_) => Rule::Namespace,
                        None if known() => Rule::OutOfOrder,
                        None => Rule::UnknownElement,
                    };
                    return Err(MessageFault::from(rule).within(child));
                }
            }
        }
        Ok(Fields { element: self, order, hint: Cell::new((0, self.first())) })
    }

    /// The one child of a choice between the elements named in `alternatives`.
    pub(crate) fn choice(self, alternatives: Order) -> Read<Element<'t>> {
        self.fields(alternatives)?;
        let mut children = self.children();
        match (children.next(), children.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(Rule::Choice.into()),
        }
    }

    /// The value of an element without children.
    pub(crate) fn value(self) -> Read<&'t str> {
        if self.currency().is_some() {
            return Err(Rule::UnknownAttribute.into());
        }
        self.content()
    }

    /// The value, whatever the currency.
    fn content(self) -> Read<&'t str> {
        match self.has_children() {
            _ if self.has_foreign_attribute() => Err(Rule::UnknownAttribute.into()),
            false => Ok(self.text()),
            true => Err(Rule::Mixed.into()),
        }
    }

    /// The value as `T`.
    pub(crate) fn parse<T: FromStr<Err: Into<Rule>>>(self) -> Read<T> {
        self.value()?.parse().map_err(|fault: T::Err| fault.into().into())
    }

    /// An amount with its `Ccy`.
    pub(crate) fn money(self) -> Read<Money> {
        let currency = self.currency().ok_or(Rule::MissingAttribute("Ccy"))??;
        let amount = Amount::parse(self.content()?, currency).map_err(Rule::from)?;
        Ok(Money { amount, currency })
    }

    /// `ISODate`.
    pub(crate) fn date(self) -> Read<BusinessDate> {
        Ok(parse_date(self.value()?).map_err(Rule::from)?)
    }

    /// `ISODateTime`.
    pub(crate) fn time(self) -> Read<Timestamp> {
        Ok(parse_time(self.value()?).map_err(Rule::from)?)
    }

    /// `true`, `false`, `1` or `0`.
    pub(crate) fn flag(self) -> Read<bool> {
        match self.value()? {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Rule::Code.into()),
        }
    }

    /// `DateAndDateTimeChoice`: the date, as written at the place of the writer.
    pub(crate) fn date_choice(self) -> Read<BusinessDate> {
        let child = self.choice(&["Dt", "DtTm"])?;
        if child.name() == "Dt" {
            return child.date().map_err(|fault| fault.within(child));
        }
        child.time().map_err(|fault| fault.within(child))?;
        let written = child.text().get(..10).unwrap_or_default();
        Ok(written.parse().map_err(Rule::from)?)
    }
}

impl<'t> Fields<'t> {
    /// The first child `name`.
    fn find(&self, name: &str) -> Option<Element<'t>> {
        let (hinted, mut child) = self.hint.get();
        // Mostly it is the child after the one that was asked for before.
        let place_of = |child: Element<'t>| usize::from(child.slot());
        if let Some(next) =
            child.filter(|&next| hinted <= place_of(next) && same(next.name(), name))
        {
            return self.found(place_of(next), Some(next));
        }
        let named = |entry: &&str| same(entry, name);
        let further = self.order.get(hinted..).unwrap_or_default().iter().position(named);
        let place = match further {
            Some(further) => hinted.saturating_add(further),
            None => {
                child = self.element.first();
                let place = self.order.iter().position(named);
                place.expect("only names of the order are asked for")
            }
        };
        while let Some(at) = child.filter(|&child| place_of(child) < place) {
            child = at.next_before(self.element.end());
        }
        match child.filter(|&child| place_of(child) == place) {
            Some(found) => self.found(place, Some(found)),
            None => {
                self.hint.set((place, child));
                None
            }
        }
    }

    /// The child found, after which the next one is looked for.
    fn found(&self, place: usize, child: Option<Element<'t>>) -> Option<Element<'t>> {
        let next = child.and_then(|child| child.next_before(self.element.end()));
        self.hint.set((place.saturating_add(1), next));
        child
    }

    /// Every child `name`, read by `read`.
    pub(crate) fn many<T>(
        &self,
        name: &str,
        read: impl Fn(Element<'t>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut found = Vec::new();
        let Some(first) = self.find(name) else { return Ok(found) };
        let mut next = Some(first);
        while let Some(child) = next.filter(|child| child.slot() == first.slot()) {
            found.push(read(child).map_err(|fault| fault.within(child))?);
            next = child.next_before(self.element.end());
        }
        Ok(found)
    }

    /// At most `max` children `name`.
    pub(crate) fn up_to<T>(
        &self,
        max: usize,
        name: &str,
        read: impl Fn(Element<'t>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let found = self.many(name, read)?;
        if max < found.len() {
            return Err(MessageFault::from(Rule::TooMany(max)).below(name));
        }
        Ok(found)
    }

    /// The child `name`, if there is one.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: impl Fn(Element<'t>) -> Read<T>,
    ) -> Read<Option<T>> {
        let Some(child) = self.find(name) else { return Ok(None) };
        if let Some(second) = child.next_before(self.element.end())
            && second.slot() == child.slot()
        {
            return Err(MessageFault::from(Rule::Repeated).within(second));
        }
        read(child).map(Some).map_err(|fault| fault.within(child))
    }

    /// The child `name`, which must be there.
    pub(crate) fn required<T>(&self, name: &str, read: impl Fn(Element<'t>) -> Read<T>) -> Read<T> {
        self.optional(name, read)?.ok_or_else(|| MessageFault::from(Rule::Missing).below(name))
    }

    /// One or more children `name`.
    pub(crate) fn some<T>(
        &self,
        name: &str,
        read: impl Fn(Element<'t>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let found = self.many(name, read)?;
        if found.is_empty() {
            return Err(MessageFault::from(Rule::Missing).below(name));
        }
        Ok(found)
    }
}
