//! Verbs that are routes: `gcfn app` and `gcfn op` are tables of them.
//!
//! A row says what a verb is called and which route it calls. What it takes is read off the body
//! or the query of that route, [`field`] by field, so that the two cannot disagree; what is typed
//! is read by that same type before anything is sent. [`answer`] prints what comes back.

mod answer;
mod field;
#[cfg(test)]
mod tests;

use crate::door::Desk;
use crate::failure::{Ended, Failure};
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, Error, FromArgMatches, Subcommand};
use field::{Field, fields_of_body, fields_of_query};
use gcfn_api_wire::read::{self, ReadFault};
use gcfn_localnet::client::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::marker::PhantomData;
use utoipa::{IntoParams, ToSchema};

/// A table of verbs.
pub(crate) trait Table {
    /// What comes before its verbs on the command line.
    const BEFORE: &'static str;

    /// Its verbs.
    fn entries() -> Vec<Entry>;
}

/// A verb, or several under one word.
pub(crate) enum Entry {
    Verb(Row),
    Group(Group),
}

/// Verbs under one word.
pub(crate) struct Group {
    name: &'static str,
    about: &'static str,
    rows: Vec<Row>,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Entry {
        Entry::Verb(row)
    }
}

/// Several verbs under the word `name`.
pub(crate) fn group(name: &'static str, about: &'static str, rows: Vec<Row>) -> Entry {
    Entry::Group(Group { name, about, rows })
}

/// One verb: a route, in the words of a shell.
pub(crate) struct Row {
    name: &'static str,
    about: &'static str,
    method: Method,
    path: &'static str,
    /// The variable of the path that is the caller itself.
    own: Option<&'static str>,
    /// What is said beyond the path.
    fields: Vec<Field>,
    /// Which of the fields are said by their place, in this order.
    places: &'static [&'static str],
    /// The fields that the verb says by itself.
    given: &'static [(&'static str, &'static str)],
    /// Reads what was said as the route will.
    check: fn(&Value) -> Result<(), ReadFault>,
    /// The lists in the answer, and their fields that are shown.
    lists: Vec<(&'static str, &'static [&'static str])>,
}

fn row(method: Method, name: &'static str, path: &'static str, about: &'static str) -> Row {
    Row {
        name,
        about,
        method,
        path,
        own: None,
        fields: Vec::new(),
        places: &[],
        given: &[],
        check: |_| Ok(()),
        lists: Vec::new(),
    }
}

/// A verb that shows something.
pub(crate) fn show(name: &'static str, path: &'static str, about: &'static str) -> Row {
    row(Method::GET, name, path, about)
}

/// A verb that changes something.
pub(crate) fn act(name: &'static str, path: &'static str, about: &'static str) -> Row {
    row(Method::POST, name, path, about)
}

/// A verb that sets something.
pub(crate) fn set(name: &'static str, path: &'static str, about: &'static str) -> Row {
    row(Method::PUT, name, path, about)
}

/// A verb that changes a part of something.
pub(crate) fn alter(name: &'static str, path: &'static str, about: &'static str) -> Row {
    row(Method::PATCH, name, path, about)
}

/// A verb that takes something away.
pub(crate) fn remove(name: &'static str, path: &'static str, about: &'static str) -> Row {
    row(Method::DELETE, name, path, about)
}

impl Row {
    /// The same verb, which says the fields of the body `B`.
    pub(crate) fn body<B: DeserializeOwned + ToSchema>(mut self) -> Row {
        self.fields = fields_of_body::<B>();
        self.check = |said| read::body::<B>(said.to_string().as_bytes()).map(drop);
        self
    }

    /// The same verb, which says the fields of the query `Q`.
    pub(crate) fn query<Q: DeserializeOwned + IntoParams>(mut self) -> Row {
        self.fields = fields_of_query::<Q>();
        self.check = |said| read::query::<Q>(pairs(said)).map(drop);
        self
    }

    /// The same verb, with these fields said by their place, after what the path names.
    pub(crate) fn at(mut self, places: &'static [&'static str]) -> Row {
        self.places = places;
        self
    }

    /// The same verb, which says these fields by itself.
    pub(crate) fn with(mut self, given: &'static [(&'static str, &'static str)]) -> Row {
        self.given = given;
        self
    }

    /// The same verb, for whoever calls: the variable `own` of the path is the caller itself.
    pub(crate) fn of_caller(mut self, own: &'static str) -> Row {
        self.own = Some(own);
        self
    }

    /// The same verb, whose answer has a list `of` which is shown by these `columns`, below those
    /// that were named before.
    pub(crate) fn list(mut self, of: &'static str, columns: &'static [&'static str]) -> Row {
        self.lists.push((of, columns));
        self
    }

    /// The variables of the path that are said by their place.
    fn variables(&self) -> impl Iterator<Item = &'static str> {
        let own = self.own;
        let odd = self.path.split(['{', '}']).skip(1).step_by(2);
        odd.filter(move |name| Some(*name) != own)
    }

    /// What is not said by the verb itself: first what has a place, then the rest.
    fn said(&self) -> impl Iterator<Item = (&Field, bool)> {
        let at = self.places.iter().filter_map(|name| self.fields.iter().find(|f| f.name == *name));
        let rest = self.fields.iter().filter(|field| {
            let given = self.given.iter().any(|(name, _)| *name == field.name);
            !given && !self.places.contains(&field.name.as_str())
        });
        at.map(|field| (field, true)).chain(rest.map(|field| (field, false)))
    }

    fn command(&self, before: &str) -> Command {
        let variables = self.variables().map(|name| {
            Arg::new(name).required(true).help(format!("The {}", name.replace('_', " ")))
        });
        let fields = self.said().map(|(field, by_place)| field.argument(by_place));
        let example = format!("Example:\n  {before} {}", self.example());
        Command::new(self.name)
            .about(self.about.trim_end_matches('.'))
            .after_help(example)
            .args(variables.chain(fields))
    }

    /// A line that says all that must be said.
    fn example(&self) -> String {
        let variables = self.variables().map(example_of);
        let fields = self.said().filter_map(|(field, by_place)| field.shown(by_place));
        let words = variables.chain(fields);
        words.fold(self.name.to_owned(), |line, word| format!("{line} {word}"))
    }

    fn run(&self, typed: &ArgMatches, desk: &Desk) -> Ended {
        let said = self.read(typed, desk)?;
        (self.check)(&said).map_err(|fault| usage(&fault))?;
        let mut path = self.path.to_owned();
        for name in self.variables() {
            let value = typed.get_one::<String>(name).map_or("", String::as_str);
            path = path.replace(&format!("{{{name}}}"), &escaped(value));
        }
        if let Some(own) = self.own {
            let caller: Value = desk.get("/api/v1/users/me")?;
            let caller = crate::federation::text_of(&caller, "party");
            path = path.replace(&format!("{{{own}}}"), &caller);
        }
        let by_query = matches!(self.method, Method::GET | Method::DELETE);
        if by_query {
            let query = pairs(&said).into_iter().map(|(name, value)| (name, escaped(&value)));
            let query: Vec<String> = query.map(|(name, value)| format!("{name}={value}")).collect();
            if !query.is_empty() {
                path = format!("{path}?{}", query.join("&"));
            }
        }
        let body = Some(&said).filter(|_| !by_query && !self.fields.is_empty());
        let document = desk.call(self.method.clone(), &path, body)?;
        answer::print(desk.format(), &document, &self.lists)
    }

    /// What was typed, as the route takes it.
    fn read(&self, typed: &ArgMatches, desk: &Desk) -> Result<Value, Failure> {
        let mut said = Map::new();
        for (name, value) in self.given {
            said.insert((*name).to_owned(), Value::from(*value));
        }
        for (field, _) in self.said() {
            if let Some(value) = field.value(typed, &|text| desk.money(text))? {
                field.put(&mut said, value);
            }
        }
        Ok(Value::Object(said))
    }
}

/// A fault of what was typed, by the name of the option.
fn usage(fault: &ReadFault) -> Failure {
    let option = fault.field().map(|field| field.replace(['.', '_'], "-"));
    Failure::Usage(match option {
        Some(option) => format!("{option}: {fault}"),
        None => fault.to_string(),
    })
}

/// The fields of `said` as a query string has them.
fn pairs(said: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = said.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// `text` as a part of an address.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let byte = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// What a variable of a path looks like.
fn example_of(variable: &str) -> String {
    let prefix = match variable {
        "batch" => "bat",
        "series" => "ser",
        "order" => "ord",
        "trade" => "trd",
        "offer" => "off",
        "auction" => "auc",
        "proposal" => "prp",
        "template" => "tpl",
        "dispute" => "dsp",
        "alliance" => "all",
        "break" => "brk",
        "withdrawal" => "wdr",
        "redemption" => "rdm",
        "node" => return "cn-sha".to_owned(),
        "item" => return "17".to_owned(),
        "bundle" => return "07".repeat(32),
        "value_date" => return "2026-11-23".to_owned(),
        "xqid" => return "ser-0000000000000000000000000a.17.42".to_owned(),
        _ => "pty",
    };
    format!("{prefix}-0000000000000000000000000a")
}

/// The verb of the table `T` that was chosen, with what was typed after it.
pub(crate) struct Chosen<T> {
    words: Vec<String>,
    typed: ArgMatches,
    table: PhantomData<T>,
}

impl<T> std::fmt::Debug for Chosen<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chosen").field("words", &self.words).finish_non_exhaustive()
    }
}

impl<T: Table> Chosen<T> {
    pub(crate) fn run(&self, desk: &Desk) -> Ended {
        let row = T::entries().into_iter().find_map(|entry| entry.find(&self.words));
        row.expect("a verb that was parsed is in its table").run(&self.typed, desk)
    }
}

impl Entry {
    const fn name(&self) -> &'static str {
        match self {
            Entry::Verb(row) => row.name,
            Entry::Group(group) => group.name,
        }
    }

    fn command(&self, before: &str) -> Command {
        match self {
            Entry::Verb(row) => row.command(before),
            Entry::Group(Group { name, about, rows }) => {
                let before = format!("{before} {name}");
                let lines = rows.iter().map(|row| format!("\n  {before} {}", row.example()));
                let examples = lines.fold("Examples:".to_owned(), |text, line| text + &line);
                Command::new(*name)
                    .about(about.trim_end_matches('.'))
                    .after_help(examples)
                    .subcommand_required(true)
                    .arg_required_else_help(true)
                    .subcommands(rows.iter().map(|row| row.command(&before)))
            }
        }
    }

    fn find(self, words: &[String]) -> Option<Row> {
        match (self, words) {
            (Entry::Verb(row), [name]) => Some(row).filter(|row| row.name == name),
            (Entry::Group(group), [name, verb]) if group.name == name => {
                group.rows.into_iter().find(|row| row.name == verb)
            }
            _ => None,
        }
    }
}

impl<T: Table> FromArgMatches for Chosen<T> {
    fn from_arg_matches(typed: &ArgMatches) -> Result<Chosen<T>, Error> {
        let (mut words, mut typed) = (Vec::new(), typed);
        while let Some((word, after)) = typed.subcommand() {
            words.push(word.to_owned());
            typed = after;
        }
        match words.is_empty() {
            true => Err(Error::new(ErrorKind::MissingSubcommand)),
            false => Ok(Chosen { words, typed: typed.clone(), table: PhantomData }),
        }
    }

    fn update_from_arg_matches(&mut self, typed: &ArgMatches) -> Result<(), Error> {
        *self = Chosen::from_arg_matches(typed)?;
        Ok(())
    }
}

impl<T: Table> Subcommand for Chosen<T> {
    fn augment_subcommands(command: Command) -> Command {
        let verbs = T::entries();
        command.subcommands(verbs.iter().map(|entry| entry.command(T::BEFORE)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        T::entries().iter().any(|entry| entry.name() == name)
    }
}
