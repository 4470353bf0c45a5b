//! Who asks whom to look into what: the head of camt.056 and camt.029.

use crate::fields::Read;
use crate::party::Actor;
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Who hands a case to whom (`Assgnmt`); its id is that of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The sender's id of the message.
    pub id: Reference,
    /// Who hands it over.
    pub assigner: Actor,
    /// To whom.
    pub assignee: Actor,
    /// When.
    pub created_at: Timestamp,
}

impl Assignment {
    pub(crate) fn read(element: Element<'_>) -> Read<Assignment> {
        let fields = element.fields(&["Id", "Assgnr", "Assgne", "CreDtTm"])?;
        Ok(Assignment {
            id: fields.required("Id", Element::parse)?,
            assigner: fields.required("Assgnr", Actor::read)?,
            assignee: fields.required("Assgne", Actor::read)?,
            created_at: fields.required("CreDtTm", Element::time)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("Assgnmt", |w| {
            w.leaf("Id", &self.id);
            self.assigner.write("Assgnr", w);
            self.assignee.write("Assgne", w);
            w.leaf("CreDtTm", self.created_at);
        });
    }
}

/// A case, which keeps its id from the question to the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: Reference,
    /// Who has opened it.
    pub creator: Actor,
    /// Whether it was closed before.
    pub reopened: Option<bool>,
}

impl Case {
    pub(crate) fn read(element: Element<'_>) -> Read<Case> {
        let fields = element.fields(&["Id", "Cretr", "ReopCaseIndctn"])?;
        Ok(Case {
            id: fields.required("Id", Element::parse)?,
            creator: fields.required("Cretr", Actor::read)?,
            reopened: fields.optional("ReopCaseIndctn", Element::flag)?,
        })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            w.leaf("Id", &self.id);
            self.creator.write("Cretr", w);
            w.optional("ReopCaseIndctn", self.reopened.as_ref());
        });
    }

    pub(crate) fn write_optional(case: Option<&Case>, name: &str, w: &mut Writer) {
        if let Some(case) = case {
            case.write(name, w);
        }
    }
}
