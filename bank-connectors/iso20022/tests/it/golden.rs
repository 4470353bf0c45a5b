//! The written form of each message, kept as files: a change of bytes is a change of format.

use crate::examples::{documents, with_header};
use expect_test::expect_file;
use gcfn_iso20022::{BusinessMessage, read, write};

#[test]
fn each_message_is_written_as_its_golden_file() {
    for document in documents() {
        let covers = document.id().as_str().contains("COV");
        let variant = if covers { "-COV" } else { "" };
        let path = format!("../golden/{}{variant}.xml", document.definition());
        let message = with_header(document);
        let written = write(&message);
        expect_file![path].assert_eq(std::str::from_utf8(&written).unwrap());
        assert_eq!(read(&written).unwrap(), message);
    }
}

#[test]
fn a_bare_document_is_a_message_too() {
    for document in documents() {
        let message = BusinessMessage { header: None, document };
        assert_eq!(read(&write(&message)).unwrap(), message);
    }
}
