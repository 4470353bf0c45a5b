//! Registration, credentials, bank accounts: the only handlers that write personal data, and
//! they write it into the vault alone.

use crate::Scope;
use crate::api::store_problem;
use crate::auth::of_api_key;
use crate::route::{Body, Open, Read, Write};
use gcfn_api_wire::party::{
    BankAccount, BankAccounts, Kind, Registered, Registration, Token, TokenRequest,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::{Hasher, PartyId};
use gcfn_store::{Claim, Grant, Handle, Vault};
use gcfn_venue::Verb;

/// The fields of a party in the vault.
pub mod vault_field {
    /// Its legal name.
    pub const NAME: &str = "name";
    /// Its telephone number.
    pub const PHONE: &str = "phone";
    /// Its e-mail address.
    pub const EMAIL: &str = "email";
    /// The number of the bank account that its withdrawals are paid to.
    pub const IBAN: &str = "iban";
    /// The qualification papers that it has handed in.
    pub(crate) const PAPERS: &str = "papers";
    /// What it wants to be told.
    pub(crate) const NOTICES: &str = "notices-wanted";
    /// When it asked that its data be erased.
    pub(crate) const ERASURE: &str = "erasure-requested";
    /// When the party was closed.
    pub(crate) const CLOSED: &str = "closed";
    /// What its registration said, as a digest, to know it again.
    pub(crate) const REGISTRATION: &str = "registration";
}

/// Registers a party: its data in the vault, its pseudonym with the machine, a credential.
///
/// Every step can be taken again, so a registration that was cut off is finished by sending it
/// again: it finds the same pseudonym and the same API key. When the machine no longer knows the
/// wish it refuses the party that exists, so that no key is shown to who repeats it late.
pub(crate) async fn register(
    call: Write,
    Body(registration): Body<Registration>,
) -> Result<Registered, Problem> {
    let scope = scope_of(registration.kind)?;
    check(&registration)?;
    let party: PartyId = call.api.unguessable(call.command);
    record(&call.api.store().vault(), party, &registration).await?;
    let Registration { kind, kyc, .. } = registration;
    call.submit(Verb::Register { party, kind: kind.into(), kyc }).await?;
    let grant = Grant {
        scope: scope.to_string(),
        party: Some(party),
        created_at: call.api.gateway().now(),
        expires_at: None,
    };
    let (id, secret) = call.api.key_of(call.command);
    let granted = call.api.store().credentials().grant_once(&id, &secret, &grant).await;
    granted.map_err(|fault| store_problem(&fault))?;
    Ok(Registered {
        party: Text(party),
        deposit_reference: Text(party),
        api_key: format!("{id}.{}", secret.reveal()),
        as_of: call.as_of(),
    })
}

pub(crate) async fn token(call: Open, Body(request): Body<TokenRequest>) -> Result<Token, Problem> {
    let caller = of_api_key(&call.api, &request.api_key).await?;
    let (token, expires_at) = call.api.tokens().sign(&caller, call.api.node().now());
    Ok(Token { token, scope: caller.scope.to_string(), expires_at: Text(expires_at) })
}

pub(crate) async fn bank_accounts(call: Read, (): ()) -> Result<BankAccounts, Problem> {
    let iban = call.api.store().vault().get(call.caller.party, vault_field::IBAN).await;
    let iban = iban.map_err(|fault| store_problem(&fault))?;
    let shown = iban.and_then(|iban| iban.reveal_text().map(masked));
    Ok(BankAccounts { accounts: shown.into_iter().collect() })
}

pub(crate) async fn set_bank_account(
    call: Write,
    Body(account): Body<BankAccount>,
) -> Result<BankAccounts, Problem> {
    check_iban(&account.iban)?;
    let vault = call.api.store().vault();
    let written = vault.put(call.caller.party, vault_field::IBAN, account.iban.as_bytes()).await;
    written.map_err(|fault| store_problem(&fault))?;
    Ok(BankAccounts { accounts: vec![masked(&account.iban)] })
}

/// Nothing is paid out to the account from now on, and it is not kept.
pub(crate) async fn forget_bank_account(call: Write, (): ()) -> Result<BankAccounts, Problem> {
    let removed = call.api.store().vault().remove(call.caller.party, vault_field::IBAN).await;
    removed.map_err(|fault| store_problem(&fault))?;
    Ok(BankAccounts { accounts: Vec::new() })
}

/// What the credential of a registered party opens.
fn scope_of(kind: Kind) -> Result<Scope, Problem> {
    match kind {
        Kind::User | Kind::Merchant => Ok(Scope::User),
        Kind::Issuer => Ok(Scope::Issuer),
        Kind::Member => Err(Problem::rule("kind", "members are admitted by the federation")),
    }
}

fn check(registration: &Registration) -> Result<(), Problem> {
    let Registration { kyc, name, phone, email, iban, .. } = registration;
    if 3 < *kyc {
        return Err(Problem::rule("kyc", "identity level is 0 to 3"));
    }
    if name.trim().is_empty() || 200 < name.len() {
        return Err(Problem::rule("name", "name is 1 to 200 bytes long"));
    }
    check_phone(phone.as_deref())?;
    check_email(email.as_deref())?;
    iban.as_deref().map_or(Ok(()), check_iban)
}

pub(super) fn check_phone(phone: Option<&str>) -> Result<(), Problem> {
    let Some(phone) = phone else { return Ok(()) };
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    let written = phone.bytes().all(|b| b.is_ascii_digit() || b"+ -.()".contains(&b));
    if !written || !(5..=15).contains(&digits) {
        return Err(Problem::rule("phone", "telephone number is 5 to 15 digits"));
    }
    Ok(())
}

pub(super) fn check_email(email: Option<&str>) -> Result<(), Problem> {
    if email.is_some_and(|email| 254 < email.len() || !email.contains('@')) {
        return Err(Problem::rule("email", "e-mail address has an @ and at most 254 bytes"));
    }
    Ok(())
}

fn check_iban(iban: &str) -> Result<(), Problem> {
    let written = iban.bytes().all(|b| b.is_ascii_alphanumeric());
    if !written || !(5..=34).contains(&iban.len()) {
        return Err(Problem::rule(
            "iban",
            "account number is 5 to 34 letters and digits, without spaces",
        ));
    }
    Ok(())
}

/// Writes the personal data of `party`, unless it was registered with other data.
async fn record(vault: &Vault, party: PartyId, sent: &Registration) -> Result<(), Problem> {
    let problem = |fault| store_problem(&fault);
    let content = serde_json::to_vec(sent).expect("a registration is plain data");
    let content = Hasher::new("gcfn/registration/v1").part(&content).finish();
    let known = vault.get(party, vault_field::REGISTRATION).await.map_err(problem)?;
    match known {
        Some(known) if known.reveal() == content.as_bytes() => return Ok(()),
        Some(_) => return Err(Code::IdempotencyConflict.into()),
        None => {}
    }
    let Registration { name, phone, email, iban, .. } = sent;
    claim_handles(vault, party, (phone.as_deref(), email.as_deref())).await?;
    let fields = [
        (vault_field::NAME, Some(name)),
        (vault_field::PHONE, phone.as_ref()),
        (vault_field::EMAIL, email.as_ref()),
        (vault_field::IBAN, iban.as_ref()),
    ];
    for (field, value) in fields {
        let Some(value) = value else { continue };
        vault.put(party, field, value.as_bytes()).await.map_err(problem)?;
    }
    // Last: a registration that was cut off before this is recorded anew.
    let recorded = vault.put(party, vault_field::REGISTRATION, content.as_bytes()).await;
    recorded.map_err(problem)
}

/// Makes `party` findable by what it can be reached by, or refuses the one that another has.
pub(crate) async fn claim_handles(
    vault: &Vault,
    party: PartyId,
    (phone, email): (Option<&str>, Option<&str>),
) -> Result<(), Problem> {
    let phone = phone.map(|value| (Handle::Phone, value));
    let handles: Vec<_> =
        phone.into_iter().chain(email.map(|value| (Handle::Email, value))).collect();
    let claimed = vault.claim(party, &handles).await.map_err(|fault| store_problem(&fault))?;
    let field = match claimed {
        Claim::Held => return Ok(()),
        Claim::Taken(Handle::Phone) => vault_field::PHONE,
        Claim::Taken(Handle::Email) => vault_field::EMAIL,
    };
    Err(Problem::from(Code::HandleTaken).at(field))
}

/// All but the last four characters hidden.
fn masked(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(4);
    number.chars().enumerate().map(|(i, c)| if i < hidden { '*' } else { c }).collect()
}
