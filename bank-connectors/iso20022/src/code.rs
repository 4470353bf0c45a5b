//! Codes of lists that others keep, and reasons, which are among them.

use crate::fault::Rule;
use crate::fields::{Order, Read};
use crate::value::Text;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::ReasonCode;
use serde::{Deserialize, Serialize};

/// A code of an external list of at most `MAX` characters, or one that two parties agreed on.
/// The lists are published quarterly, so codes not known here are passed on, never refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code<const MAX: usize> {
    /// `Cd`.
    Code(Text<MAX>),
    /// `Prtry`.
    Proprietary(Text<35>),
}

impl<const MAX: usize> Code<MAX> {
    pub(crate) fn read(element: Element<'_>) -> Read<Code<MAX>> {
        let child = element.choice(&["Cd", "Prtry"])?;
        let code = match child.name() {
            "Cd" => child.parse().map(Code::Code),
            _ => child.parse().map(Code::Proprietary),
        };
        code.map_err(|fault| fault.within(child))
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| match self {
            Code::Code(code) => w.leaf("Cd", code),
            Code::Proprietary(code) => w.leaf("Prtry", code),
        });
    }

    pub(crate) fn write_optional(code: Option<&Code<MAX>>, name: &str, w: &mut Writer) {
        if let Some(code) = code {
            code.write(name, w);
        }
    }
}

/// A code of a closed list.
pub(crate) fn one_of<'t>(element: Element<'t>, codes: &[&str]) -> Read<&'t str> {
    let code = element.value()?;
    if codes.contains(&code) { Ok(code) } else { Err(Rule::Code.into()) }
}

/// An enum whose variants are the codes of a closed list.
macro_rules! closed_list {
    ($(#[$about:meta])* $name:ident { $($(#[$on:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$on])* $variant,)*
        }

        impl $name {
            /// The code as messages have it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $($name::$variant => $code,)*
                }
            }

            pub(crate) fn read(element: $crate::xml::Element<'_>) -> $crate::fields::Read<$name> {
                match element.value()? {
                    $($code => Ok($name::$variant),)*
                    _ => Err($crate::fault::Rule::Code.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }
    };
}
pub(crate) use closed_list;

/// Why something was refused, returned, or is asked back: a code, and words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The code of the list that fits the message.
    pub code: Option<Code<4>>,
    /// Words.
    pub notes: Vec<Text<105>>,
}

impl Reason {
    /// The reason of this code.
    #[must_use]
    pub fn coded(code: ReasonCode) -> Reason {
        let code = code.as_str().parse().expect("a reason code is 1 to 4 letters or digits");
        Reason { code: Some(Code::Code(code)), notes: Vec::new() }
    }

    /// The code, if it is one of a list.
    #[must_use]
    pub fn reason_code(&self) -> Option<ReasonCode> {
        match &self.code {
            Some(Code::Code(code)) => code.as_str().parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn read(element: Element<'_>) -> Read<Reason> {
        let fields = element.fields(REASON)?;
        Ok(Reason {
            code: fields.optional("Rsn", Code::read)?,
            notes: fields.many("AddtlInf", Element::parse)?,
        })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            Code::write_optional(self.code.as_ref(), "Rsn", w);
            self.notes.iter().for_each(|note| w.leaf("AddtlInf", note));
        });
    }
}

/// Status, return, cancellation and resolution reasons have the same children.
const REASON: Order = &["Orgtr", "Rsn", "AddtlInf"];

/// Writes each reason under `name`.
pub(crate) fn write_reasons(reasons: &[Reason], name: &str, w: &mut Writer) {
    reasons.iter().for_each(|reason| reason.write(name, w));
}
