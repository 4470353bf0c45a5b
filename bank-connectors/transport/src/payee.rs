//! A user's or merchant's own bank account, read from the vault when a payment leaves.

use gcfn_banking::ReasonCode;
use gcfn_iso20022::{AccountNumber, Bic, Text};
use gcfn_model::PartyId;
use gcfn_store::{Personal, StoreError, Vault};

/// The vault's field with the name that the account is held in.
const NAME: &str = "name";
/// The vault's field with the account number: an IBAN, or the bank's own number.
const ACCOUNT: &str = "iban";
/// The vault's field with the bank's code, needed where the number does not name the bank.
const BANK: &str = "bic";

/// Who is paid and where. Personal data; its debug form shows none.
#[derive(Clone, Debug)]
pub struct Payee {
    /// The name that the account is held in.
    pub name: Text<140>,
    /// Its number.
    pub account: AccountNumber,
    /// The bank that keeps it, where the number does not name it.
    pub bank: Option<Bic>,
}

/// Why a payment to a party cannot leave. It never does: the machine is told that it was
/// rejected and gives the money back; the party completes its data and asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpayable {
    /// The vault has no name that a message can carry.
    #[error("party has no name of 1 to 140 characters in the vault")]
    Name,
    /// The vault has no account number that a message can carry.
    #[error("party has no account number of 1 to 34 characters in the vault")]
    Account,
    /// The bank's code in the vault is none.
    #[error("party has a bank code in the vault that is no BIC")]
    Bank,
}

impl Unpayable {
    /// The word of `ExternalStatusReason1Code` for it: that which a bank would have answered.
    #[must_use]
    pub fn reason(self) -> ReasonCode {
        let code = match self {
            Unpayable::Name => "BE22",    // MissingCreditorName
            Unpayable::Account => "AC03", // InvalidCreditorAccountNumber
            Unpayable::Bank => "RC04",    // InvalidCreditorBankIdentifier
        };
        code.parse().expect("a code of the list")
    }
}

impl Payee {
    /// Reads the payee `party`.
    pub(crate) async fn of(
        vault: &Vault,
        party: PartyId,
    ) -> Result<Result<Payee, Unpayable>, StoreError> {
        let name = vault.get(party, NAME).await?;
        let account = vault.get(party, ACCOUNT).await?;
        let bank = vault.get(party, BANK).await?;
        Ok(Payee::parse(name.as_ref(), account.as_ref(), bank.as_ref()))
    }

    fn parse(
        name: Option<&Personal>,
        account: Option<&Personal>,
        bank: Option<&Personal>,
    ) -> Result<Payee, Unpayable> {
        let name = name.and_then(|name| name.reveal_text()?.trim().parse().ok());
        // People write account numbers in groups.
        let number = |text: &str| text.split_whitespace().collect::<String>();
        let account = account.and_then(|account| number(account.reveal_text()?).parse().ok());
        let bank = bank.map(|bank| bank.reveal_text()?.trim().parse().ok());
        Ok(Payee {
            name: name.ok_or(Unpayable::Name)?,
            account: account.ok_or(Unpayable::Account)?,
            bank: bank.map(|bank| bank.ok_or(Unpayable::Bank)).transpose()?,
        })
    }
}
